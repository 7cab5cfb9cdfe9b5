/**
 * Source-DPOR leaves out schedules, but never an outcome; and where it is known how many kinds of schedules there are, it runs one of each.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SourceDpor } from '../../src/sim/strategies/dpor.js';
import { Exhaustive } from '../../src/sim/strategies/exhaustive.js';
import type { Frame } from '../../src/sim/strategies/frames.js';
import { Point, type VirtualThread } from '../../src/sim/switch-point.js';
import { notify, wait as sleepOn, store, TIMED_OUT } from '../../src/steps/step.js';
import { compare } from './differ.js';
import { count, increments, programOf } from './drive.js';
import { acquire, condition, mutex, release, signal, wait } from './primitives.js';

describe('kinds of schedules that nobody can tell apart', () => {
  it.each([
    [2, 1, 4],
    [2, 2, 34],
    [2, 3, 328],
    [2, 4, 3334],
    [3, 1, 36],
    [3, 2, 7134],
    [4, 1, 576],
  ])('%i threads that increment %i times: %i, and one schedule of each', (threads, times, kinds) => {
    const dpor = new SourceDpor();
    const program = programOf(() => ({ x: 0 }), Array(threads).fill(increments(times)));
    expect(count(program, dpor).schedules).toBe(kinds);
    expect(dpor.redundant).toBe(0);
    expect(dpor.proof).toEqual({ kind: 'complete', schedules: kinds });
  });

  it.each([
    [2, 2],
    [3, 1],
  ])('%i threads that increment %i times: as many as one counts by hand', (threads, times) => {
    const kinds = new Set<string>();
    const body = increments(times);
    count(
      programOf(() => ({ x: 0 }), Array(threads).fill(body)),
      new Exhaustive(),
      1e9,
      (engine) => {
        kinds.add(normalForm([...engine.moment.trace.subarray(0, engine.moment.step)]));
      },
    );
    const dpor = new SourceDpor();
    expect(
      count(
        programOf(() => ({ x: 0 }), Array(threads).fill(body)),
        dpor,
      ).schedules,
    ).toBe(kinds.size);
  });

  it('threads that have nothing to do with each other: one', () => {
    const own = (at: number) =>
      function* (state: number[]): VirtualThread<void> {
        for (let round = 0; round < 5; round += 1) {
          yield;
          state[at]! += 1;
        }
      };
    const dpor = new SourceDpor();
    expect(
      count(
        programOf(() => [0, 0, 0, 0], [own(0), own(1), own(2), own(3)]),
        dpor,
      ).schedules,
    ).toBe(1);
    expect(dpor.proof).toEqual({ kind: 'complete', schedules: 1 });
  });

  it('threads that only read: one', () => {
    function* reader(state: { x: number }): VirtualThread<number> {
      yield;
      const first = state.x;
      yield;
      return first + state.x;
    }
    expect(
      count(
        programOf(() => ({ x: 1 }), [reader, reader, reader]),
        new SourceDpor(),
      ).schedules,
    ).toBe(1);
  });
});

/** Moves of increments, reads and writes in turns, in an order that is the same for all schedules of a kind: by what each must come after. */
function normalForm(trace: readonly number[]): string {
  const moves: { thread: number; isWrite: boolean; after: number }[] = [];
  const made: number[] = [];
  for (const thread of trace) {
    const isWrite = (made[thread] ?? 0) % 2 === 1;
    made[thread] = (made[thread] ?? 0) + 1;
    let after = 0;
    for (const earlier of moves) if (earlier.thread === thread || earlier.isWrite || isWrite) after = Math.max(after, earlier.after + 1);
    moves.push({ thread, isWrite, after });
  }
  return moves
    .map(({ thread, isWrite, after }) => `${after}:${thread}${isWrite ? 'w' : 'r'}`)
    .sort()
    .join(' ');
}

describe('the traps', () => {
  const outcomes = (program: () => ReturnType<typeof programOf>): { dpor: string[]; all: string[] } => {
    const ends = (strategy: Exhaustive | SourceDpor): string[] => {
      const seen = new Set<string>();
      count(program(), strategy, 1e6, (engine) => void seen.add(`${engine.failure?.kind ?? 'passed'} ${JSON.stringify(engine.state)}`));
      return [...seen].sort();
    };
    return { dpor: ends(new SourceDpor()), all: ends(new Exhaustive()) };
  };

  it('a release is before the next acquire, and does not hide that the acquires race', () => {
    const { dpor, all } = outcomes(() => {
      const body = (name: string) =>
        function* (s: { m: { owner: number }; log: string }): VirtualThread<void> {
          yield* acquire(s.m);
          yield;
          s.log += name;
          yield;
          release(s.m);
        };
      return programOf(() => ({ m: mutex(), log: '' }), [body('a'), body('b'), body('c')]) as never;
    });
    expect(all.length).toBe(6);
    expect(dpor).toEqual(all);
  });

  it('waiting for a condition releases, and who is woken comes after who woke it', () => {
    const { dpor, all } = outcomes(() => {
      const state = () => ({ m: mutex(), c: condition(), log: '' });
      const sleeper = (name: string) =>
        function* (s: ReturnType<typeof state>): VirtualThread<void> {
          yield* acquire(s.m);
          yield* wait(s.c, s.m);
          s.log += name;
          release(s.m);
        };
      function* waker(s: ReturnType<typeof state>): VirtualThread<void> {
        yield* signal(s.c);
        yield* signal(s.c);
      }
      return programOf(state, [sleeper('a'), sleeper('b'), waker]) as never;
    });
    expect(all.some((end) => end.startsWith('deadlock'))).toBe(true);
    expect(all.some((end) => end.startsWith('passed'))).toBe(true);
    expect(dpor).toEqual(all);
  });

  it('who is blocked when nothing can move races too', () => {
    const dpor = new SourceDpor();
    const both = (first: 'a' | 'b', second: 'a' | 'b') =>
      function* (s: { a: { owner: number }; b: { owner: number } }): VirtualThread<void> {
        yield* acquire(s[first]);
        yield* acquire(s[second]);
        release(s[second]);
        release(s[first]);
      };
    const program = programOf(() => ({ a: mutex(), b: mutex() }), [both('a', 'b'), both('b', 'a')]);
    expect(count(program, dpor)).toMatchObject({ schedules: 3, failed: 1 });
  });

  it('a condition may look at one thing when it holds, and at another when it does not', () => {
    const state = () => ({ a: 0, b: 0, log: '' });
    const { dpor, all } = outcomes(
      () =>
        programOf(state, [
          function* (s) {
            yield new Point('wait', 'either', () => s.b > 0 || s.a === 0);
            s.log += `${s.a}${s.b}`;
          },
          function* (s) {
            yield;
            s.a = 1;
          },
          function* (s) {
            yield;
            s.b = 1;
          },
        ]) as never,
    );
    expect(dpor).toEqual(all);
  });

  it('a failure keeps the others from what they would have done', () => {
    const state = () => ({ x: 0, y: 0 });
    const { dpor, all } = outcomes(
      () =>
        programOf(state, [
          function* (s) {
            yield;
            if (s.y === 0) throw new Error('too early');
            yield;
            s.x = 1;
          },
          function* (s) {
            yield;
            s.x = 2;
            yield;
            s.y = 1;
          },
        ]) as never,
    );
    expect(all.map((end) => end.split(' ')[0])).toContain('passed');
    expect(dpor).toEqual(expect.arrayContaining(all.filter((end) => !end.startsWith('error'))));
    expect(dpor.some((end) => end.startsWith('error'))).toBe(true);
  });

  it('who is kept from going on could have gone before, whatever its condition looks at later', () => {
    const state = () => ({ a: 0, b: 0, log: '' });
    const { dpor, all } = outcomes(
      () =>
        programOf(state, [
          function* (s) {
            yield;
            s.a = 1;
            yield;
            s.b = 1;
          },
          function* (s) {
            yield new Point('wait', 'either', () => s.b > 0 || s.a === 0);
            s.log += `${s.a}`;
          },
        ]) as never,
    );
    expect(all.length).toBe(2);
    expect(dpor).toEqual(all);
  });

  it('time passes after all that could be done', () => {
    const state = () => ({ m: mutex(), log: '' });
    const { dpor, all } = outcomes(
      () =>
        programOf(state, [
          function* (s) {
            yield* acquire(s.m);
            yield new Point('sleep', undefined, () => false, 5);
            s.log += 'a';
            release(s.m);
          },
          function* (s) {
            const { m } = s;
            const end = yield new Point('acquire', m, () => m.owner < 0, 3);
            s.log += end === TIMED_OUT ? 'late' : 'b';
          },
          function* (s) {
            yield new Point('sleep', undefined, () => false, 5);
            s.log += 'c';
          },
        ]) as never,
    );
    expect(all.length).toBeGreaterThan(3);
    expect(dpor).toEqual(all);
  });

  it('who sleeps on a word is woken by one, and by nobody else', () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    const state = () => ({ words: words.fill(0), log: '' });
    const sleeper = (name: string) =>
      function* (s: ReturnType<typeof state>): VirtualThread<void> {
        const end = yield sleepOn(s.words, 0, 0, Number.POSITIVE_INFINITY);
        s.log += `${name}${end} `;
      };
    function* waker(s: ReturnType<typeof state>): VirtualThread<void> {
      yield notify(s.words, 0, 1);
      yield store(s.words, 0, 1);
      yield notify(s.words, 0, 1);
    }
    const { dpor, all } = outcomes(() => programOf(state, [sleeper('a'), sleeper('b'), waker]) as never);
    expect(all.length).toBeGreaterThan(5);
    expect(dpor).toEqual(all);
  });
});

describe('outcomes of random programs', () => {
  // More of them by hand, now and then: `GIL_SIM_PROGRAMS=12000`.
  const programs = Number(process.env['GIL_SIM_PROGRAMS'] ?? 3000);

  it('are those of all schedules', { timeout: 100 * programs }, () => {
    const { programs: compared, all, few, outcomes, differences } = compare(0, programs, 3, 200, 8);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(programs / 4);
    expect(all).toBeGreaterThan(3 * few);
    for (const kind of ['passed', 'deadlock', 'error', 'invariant']) expect(outcomes[kind]).toBeGreaterThan(1);
  });
});

describe('a fault in the search is seen by that', () => {
  afterEach(() => {
    vi.doUnmock('../../src/sim/footprint.js');
    vi.doUnmock('../../src/sim/strategies/races.js');
    vi.resetModules();
  });

  type Footprints = typeof import('../../src/sim/footprint.js');
  type Races = typeof import('../../src/sim/strategies/races.js');

  const inFootprint = (change: (real: Footprints) => Partial<Footprints>) => () => {
    vi.doMock('../../src/sim/footprint.js', async (original) => {
      const real = await original<Footprints>();
      return { ...real, ...change(real) };
    });
  };
  const inRaces = (change: (real: Races) => Partial<Races>) => () => {
    vi.doMock('../../src/sim/strategies/races.js', async (original) => {
      const real = await original<Races>();
      return { ...real, ...change(real) };
    });
  };

  /** What is put in, and from which program on there is one that shows it. */
  const faults: Record<string, readonly [() => void, number]> = {
    'a read and a write do not race': [
      inFootprint(({ isConflict }) => ({
        isConflict: (one, other) => {
          const writes = ({ touched }: typeof one) => touched.filter((entry) => (entry & 1) === 1);
          return isConflict({ ...one, touched: writes(one) }, { ...other, touched: writes(other) });
        },
      })),
      0,
    ],
    'every third plan is forgotten': [
      inRaces(({ settle }) => {
        let planned = 0;
        return {
          settle: (frames, at, threads, ask) => {
            const before = frames.map(({ backtrack }: Frame) => new Set(backtrack));
            settle(frames, at, threads, ask);
            for (const [index, frame] of frames.entries())
              for (const thread of frame.backtrack) {
                if (before[index]!.has(thread)) continue;
                planned += 1;
                if (planned % 3 === 0) frame.backtrack.delete(thread);
              }
          },
        };
      }),
      0,
    ],
    'a release is what an acquire races with': [
      inRaces(({ settle }) => ({
        settle: (frames, at, threads) => settle(frames, at, threads, () => 'yes'),
      })),
      440,
    ],
    'who is blocked at the end does not race': [inRaces(() => ({ settleWaiting: () => {} })), 80],
    'what must always hold looks at nothing': [inFootprint(() => ({ isWriteTo: () => false })), 490],
  };

  it.each(Object.entries(faults))('%s', async (_, [put, from]) => {
    vi.resetModules();
    put();
    const { compare } = await import('./differ.js');
    const { differences } = compare(from, from + 200, 1, 200);
    expect(differences).toHaveLength(1);
  });
});
