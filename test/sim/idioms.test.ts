/**
 * What people write in threads, as they write it live: explored as it stands, or an error that says what to write instead.
 */
import { explore, type SearchOptions, times } from 'gil/sim';
import { Lock, Semaphore } from 'gil/threading';
import { describe, expect, it } from 'vitest';

interface Guarded {
  lock: Lock;
  permits: Semaphore;
  n: number;
}
const state = (): Guarded => ({ lock: new Lock(), permits: new Semaphore(1), n: 0 });

const letsGo: Record<string, (s: Guarded) => void> = {
  'by calling what acquireSync gave': (s) => {
    const release = s.lock.acquireSync();
    const seen = s.n;
    for (let i = 0; i < 1; i++);
    s.n = seen + 1;
    release();
  },
  'by its dispose method': (s) => {
    const release = s.lock.acquireSync();
    try {
      s.n += 1;
    } finally {
      release[Symbol.dispose]();
    }
  },
  'of a permit': (s) => {
    const release = s.permits.acquireSync();
    s.n += 1;
    release();
  },
  'of what tryAcquire gave': (s) => {
    for (let release = s.lock.tryAcquire(); ; release = s.lock.tryAcquire()) {
      if (release === null) continue;
      s.n += 1;
      release();
      return;
    }
  },
};

describe('a thread that lets go', () => {
  for (const [how, body] of Object.entries(letsGo)) {
    it(how, () => {
      for (const dialect of ['cpython-3.9', 'cpython-3.13', 'cpython-3.13t'] as const) {
        const search: SearchOptions = { strategy: 'preemptions', bound: 1, maxMs: 20_000 };
        const report = explore({ dialect, state, threads: times(2, body), after: (s) => s.n === 2, search });
        expect(report.failure, String(report)).toBeNull();
        expect(report.endedBy).toBe('search');
      }
    });
  }
});

describe('what is not the same each time', () => {
  const uses: Record<string, (s: { n: unknown }) => void> = {
    'Math.random()': (s) => {
      s.n = Math.random();
    },
    'Date.now()': (s) => {
      s.n = Date.now();
    },
    'new Date()': (s) => {
      s.n = new Date();
    },
    'performance.now()': (s) => {
      s.n = performance.now();
    },
    'process.hrtime()': (s) => {
      s.n = process.hrtime.bigint();
    },
    'crypto.randomUUID()': (s) => {
      s.n = crypto.randomUUID();
    },
    queueMicrotask: () => {
      queueMicrotask(() => {});
    },
    setTimeout: () => {
      setTimeout(() => {}, 1);
    },
  };
  for (const [name, body] of Object.entries(uses)) {
    it(`is an error that names ${name}`, () => {
      expect(() => explore({ state: () => ({ n: 0 as unknown }), threads: { ann: body } })).toThrow(`a thread used ${name}: expected`);
    });
  }
});
