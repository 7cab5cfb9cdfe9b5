/**
 * CPython Lib/test/test_concurrent_futures/test_init.py.
 */
import type { Future } from 'gil';
import { expect } from 'vitest';
import { initialized } from './modules.js';
import type { Proofs } from './registry.js';
import { code, log } from './scene.js';

export const initTests: Proofs = {
  'InitializerMixin.test_initializer': async (scene) => {
    const pool = scene.pool(2, { initializer: initialized.initialize, initArgs: ['initialized'] });
    const futures = Array.from({ length: 2 }, () => pool.submit(initialized.getInitializations));
    for (const future of futures) expect(await future.result()).toEqual([1, 'initialized']);
  },

  'FailingInitializerMixin.test_initializer': async (scene) => {
    const errors = log();
    const pool = scene.pool(2, { initializer: initialized.failToInitialize });
    const futures: Future<unknown>[] = Array.from({ length: 4 }, () => pool.submit(initialized.getStatus));
    for (const future of futures) {
      expect(await future.exception()).toMatchObject({ code: 'ERR_POOL_BROKEN', name: scene.column.broken });
    }
    expect(() => pool.submit(initialized.getStatus)).toThrow(code('ERR_POOL_BROKEN'));
    expect(pool.broken).toMatchObject({ name: scene.column.broken, cause: { name: 'RangeError', message: 'error in initializer' } });
    expect(errors.join()).toMatch(/Exception in initializer:.*error in initializer/);
    await pool.shutdown();
  },
};
