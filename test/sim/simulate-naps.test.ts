/**
 * A waiter's nap that comes to nothing is not told to the text of the lock. Whether it is told or not, the same happens.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DialectName } from '../../src/dialects/registry.js';
import type { ThreadProgram } from '../../src/sim/host/context.js';
import { Naps } from '../../src/sim/host/naps.js';
import { simulate } from '../../src/sim/simulate.js';
import type { SimulateOptions } from '../../src/sim/simulate-options.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Computes, sleeps and changes the interval, by chance. */
const busy: ThreadProgram<number> = function* (t) {
  for (let turn = 0; turn < 6; turn += 1) {
    yield* t.compute(t.random() * 3);
    if (t.ident % 2 === 0) yield* t.io(t.random());
    if (turn === 3 && t.ident === 1) t.setSwitchInterval(0.8);
  }
  return t.now();
};

describe('a nap that comes to nothing', () => {
  const machines: readonly Pick<SimulateOptions, 'wakeUpLatency' | 'wakeUpOrder' | 'ties'>[] = [
    {},
    { wakeUpLatency: 0, ties: 'by-seed' },
    { wakeUpLatency: 1, wakeUpOrder: 'first-come' },
  ];
  it.each(['cpython-3.13', 'ruby-3.4'] as const satisfies readonly DialectName[])('changes nothing: %s', (dialect) => {
    for (const [seed, machine] of machines.entries()) {
      const threads = Array.from({ length: 3 + seed }, () => busy);
      const run = () => simulate({ dialect, switchInterval: 0.4, seed, threads, ...machine });
      const short = run();
      const spy = vi.spyOn(Naps.prototype, 'end').mockReturnValue('as-it-stands');
      const long = run();
      expect(spy).toHaveBeenCalled();
      spy.mockRestore();
      expect(short).toEqual(long);
    }
  });

  it('happens often, and is no move', () => {
    const ends = vi.spyOn(Naps.prototype, 'end');
    const cpu: ThreadProgram = function* (t) {
      yield* t.compute(1);
    };
    simulate({ maxEvents: 500, threads: Array.from({ length: 100 }, () => cpu) });
    expect(ends.mock.results.filter(({ value }) => value === 'again').length).toBeGreaterThan(500);
  });
});
