/**
 * Threads that wait in loops: those that do so for ever are a livelock and told as one, the others do not keep a search from coming to its end.
 */
import { sleep } from 'gil';
import { call, explore, type Report, replay, type SearchOptions, type Spec } from 'gil/sim';
import { describe, expect, it } from 'vitest';

interface Flag {
  flag: number;
}

const state = (): Flag => ({ flag: 0 });
const opens = (s: Flag) => {
  s.flag = 1;
};
const waits = (s: Flag) => {
  while (s.flag === 0) {}
};

/** The failure, which its replay shows again. */
function livelockOf<S>(given: Spec<S>): NonNullable<Report['failure']> {
  const spec = { ...given, search: { maxSteps: 2000, ...given.search } };
  const { failure } = explore(spec);
  expect(failure?.kind).toBe('livelock');
  expect(replay(failure!.schedule, spec).failure?.kind).toBe('livelock');
  return failure!;
}

describe('a thread that waits in a loop for another', () => {
  it.each<SearchOptions>([{ strategy: 'exhaustive' }, { strategy: 'preemptions' }, { strategy: 'portfolio' }])(
    'lets it go on: $strategy',
    (search) => {
      const report = explore({ state, threads: { ann: waits, bob: opens }, search });
      expect(report).toMatchObject({ failure: null, tooLong: 0, endedBy: 'search', proved: 'bounded' });
      // After 0 to 16 idle moves of ann, and where she is seen to wait.
      expect(report.bound).toEqual({ by: 'idle moves', most: 16, schedules: 18 });
      expect(String(report)).toContain('none makes more than 16 moves while nothing changes');
    },
  );

  it('is never a complete proof, for what it counts cannot be seen', () => {
    const impatient = function* (s: Flag) {
      for (let tries = 0; s.flag === 0; tries += 1) {
        if (tries === 600) throw new Error('too long');
        yield;
      }
    };
    const opener = function* (s: Flag) {
      yield;
      s.flag = 1;
    };
    const report = explore({ state, threads: { ann: impatient, bob: opener }, search: { strategy: 'exhaustive' } });
    expect(report.proved).toBe('bounded');
    expect(report.bound?.by).toBe('idle moves');
  });

  it('keeps a proof complete where nobody waits for so long', () => {
    const counts = function* () {
      for (let at = 0; at < 400; at += 1) yield;
    };
    const once = function* () {
      yield;
    };
    expect(explore({ state, threads: { ann: counts, bob: once }, search: { strategy: 'exhaustive', maxMs: 60_000 } })).toMatchObject({
      proved: 'complete',
      schedules: 401,
    });
  });

  it('lets time pass', () => {
    const late = function* (s: Flag) {
      yield* call({ sleep }, 'sleep', 10);
      s.flag = 1;
    };
    expect(explore({ state, threads: { ann: waits, bob: late }, search: { strategy: 'preemptions' } })).toMatchObject({
      failure: null,
      tooLong: 0,
      proved: 'bounded',
    });
  });

  it('is not taken for one that waits if it changes something and changes it back', () => {
    const blinks = function* (s: Flag) {
      for (let at = 0; at < 640; at += 1) {
        yield;
        s.flag = at % 2;
      }
    };
    const once = function* () {
      yield;
    };
    expect(explore({ state, threads: { ann: blinks, bob: once }, search: { strategy: 'exhaustive', maxMs: 60_000 } })).toMatchObject({
      proved: 'complete',
      spins: 0,
    });
  });
});

describe('a livelock', () => {
  it('is two that wait for each other', () => {
    const spec: Spec<{ turn: number }> = {
      state: () => ({ turn: 0 }),
      threads: {
        ann: (s) => {
          while (s.turn !== 1) {}
          s.turn = 2;
        },
        bob: (s) => {
          while (s.turn !== 2) {}
          s.turn = 1;
        },
      },
    };
    const failure = livelockOf(spec);
    expect(failure).toMatchObject({ schedule: 'g1:*', preemptions: 0, headline: 'livelock: ann and bob go round in a circle' });
    expect(failure.circle).toMatchObject({ from: 3, moves: 2, threads: ['ann', 'bob'] });
    expect(failure.timeline).toHaveLength(4);
    expect(String(failure)).toMatch(/↻ {2}steps 3 to 4 repeat, seen \d+ times\n/);
    expect(String(failure)).toContain(
      'ann waits for s.turn to be other than 0, bob waits for s.turn to be other than 0: nobody who can go on changes that',
    );
  });

  it('is one that waits for a thread which has ended', () => {
    const failure = livelockOf({ state, threads: { ann: waits, bob: () => {} } });
    expect(failure.headline).toBe('livelock: ann goes round in a circle');
    expect(String(failure)).toContain('s.flag to be other than 0: nobody who can go on changes that (bob has ended)');
  });

  it('is one that some order leads to, by that order', () => {
    const spec: Spec<{ flag: number; seen: number }> = {
      state: () => ({ flag: 0, seen: 0 }),
      threads: {
        ann: function* (s) {
          yield;
          s.seen = s.flag;
          yield;
          if (s.seen === 0) while (s.flag === 1) yield;
        },
        bob: function* (s) {
          yield;
          yield;
          s.flag = 1;
        },
      },
    };
    const failure = livelockOf(spec);
    expect(String(failure)).toContain('ann waits for s.flag to be other than 1');
  });

  it('is two that give way to each other in step, and it is said that another order leads out of it', () => {
    const polite = (own: 'a' | 'b', other: 'a' | 'b') =>
      function* (s: { a: boolean; b: boolean }) {
        while (true) {
          yield;
          s[own] = true;
          yield;
          if (!s[other]) return;
          s[own] = false;
        }
      };
    const failure = livelockOf({ state: () => ({ a: false, b: false }), threads: { ann: polite('a', 'b'), bob: polite('b', 'a') } });
    expect(failure.finding.strategy).toBe('all in turns');
    expect(String(failure)).toContain('another order may lead out of it');
  });

  it('is told alike by the stateful search', () => {
    const failure = livelockOf<{ turn: number }>({
      state: () => ({ turn: 0 }),
      threads: {
        ann: function* (s) {
          yield;
          while (s.turn !== 1) yield;
        },
        bob: function* (s) {
          yield;
          while (s.turn !== 2) yield;
        },
      },
      search: { strategy: 'stateful' },
    });
    expect(failure.circle).toMatchObject({ moves: 2 });
  });

  it('is none where a thread computes, or where somebody gives up after a while', () => {
    const endless = explore({
      state,
      threads: {
        ann: () => {
          while (true) {}
        },
        bob: opens,
      },
      search: { maxSchedules: 3 },
    });
    expect(endless).toMatchObject({ failure: null, proved: 'sampled' });
    expect(String(endless)).toMatch(/did not end within maxSteps and were given up: ann did not look at anything shared any more/);
    const patient = function* (s: Flag) {
      for (let tries = 0; tries < 3000 && s.flag === 0; tries += 1) yield;
    };
    expect(explore({ state, threads: { ann: patient, bob: patient }, search: { strategy: 'preemptions', bound: 0 } })).toMatchObject({
      failure: null,
      proved: 'bounded',
    });
  });

  it('is not claimed of what cannot be seen', () => {
    class Hidden {
      #flag = 0;
      open() {
        this.#flag = 1;
      }
      get isOpen() {
        return this.#flag === 1;
      }
    }
    const spec: Spec<Hidden> = {
      state: () => new Hidden(),
      threads: {
        ann: function* (s) {
          yield;
          while (!s.isOpen) yield;
        },
      },
      search: { maxSchedules: 2, maxSteps: 1000 },
    };
    const report = explore(spec);
    expect(report).toMatchObject({ failure: null, proved: 'sampled' });
    expect(report.tooLong).toBeGreaterThan(0);
    expect(report.why).toMatch(/cannot be seen/);
  });
});
