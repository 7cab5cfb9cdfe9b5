/**
 * What `explore` shows and claims, how a failure is replayed, and what it says to a spec that cannot be explored.
 */
import { sleep } from 'gil';
import { call, explore, Point, replay, type SearchOptions, type Spec, times } from 'gil/sim';
import { Lock } from 'gil/threading';
import { describe, expect, it } from 'vitest';

interface Counter {
  n: number;
}

function* increment(s: Counter): Generator<undefined> {
  yield;
  const seen = s.n;
  yield;
  s.n = seen + 1;
}

const racy = { state: () => ({ n: 0 }), threads: { ann: increment, bob: increment }, after: (s: Counter) => s.n === 2 };
const harmless = { ...racy, after: (s: Counter) => s.n > 0 };

describe('a report', () => {
  it('is complete when everything was run', () => {
    const report = explore({ ...harmless, search: { strategy: 'exhaustive' } });
    expect(report).toMatchObject({ proved: 'complete', schedules: 6, failure: null, endedBy: 'search' });
    expect(String(report)).toMatch(/^holds for threads ann and bob under cpython-3.13: complete, 6 schedules/);
  });

  it('is bounded when everything within a bound was run', () => {
    const report = explore({ ...harmless, search: { strategy: 'preemptions', bound: 1 } });
    expect(report).toMatchObject({ proved: 'bounded', bound: { by: 'preemptions', most: 1, schedules: 4 } });
  });

  it('is sampled, and no more, when a budget was used up before that', () => {
    const report = explore({ ...harmless, search: { strategy: 'exhaustive', maxSchedules: 5 } });
    expect(report).toMatchObject({ proved: 'sampled', schedules: 5, endedBy: 'maxSchedules' });
    expect(explore({ ...harmless, threads: times(4, increment), search: { maxMs: 0 } })).toMatchObject({
      proved: 'sampled',
      endedBy: 'maxMs',
    });
  });

  it('is not complete when a schedule had to be given up', () => {
    const endless = {
      state: () => ({ stop: 0 }),
      threads: {
        ann: function* (s: { stop: number }) {
          while (s.stop === 0) yield;
        },
        bob: function* (s: { stop: number }) {
          yield;
          s.stop = 1;
        },
      },
    };
    const report = explore({ ...endless, search: { strategy: 'preemptions', bound: 0, maxSteps: 50 } });
    expect(report.proved).toBe('sampled');
    expect(report.tooLong).toBeGreaterThan(0);
    expect(String(report)).toContain('did not end within maxSteps');
  });

  it('is one for each dialect', () => {
    const reports = explore({ ...racy, dialects: ['cpython-3.9', 'cpython-3.13'] });
    expect(reports.breaks).toEqual(['cpython-3.9', 'cpython-3.13']);
    expect(String(reports)).toMatch(/^breaks on cpython-3.9 and cpython-3.13\n/);
  });
});

describe('a failure', () => {
  it('has as few preemptions as there can be, and says what is proved below', () => {
    const { failure } = explore(racy);
    expect(failure).toMatchObject({ kind: 'assertion', preemptions: 1, schedule: 'g1:ann+1.bob.ann' });
    expect(failure?.finding.proved).toEqual({ preemptions: 0, schedules: 2 });
  });

  it('is made small when it was found big', () => {
    const { failure } = explore({ ...racy, threads: times(3, increment), after: (s) => s.n === 3, search: { strategy: 'exhaustive' } });
    expect(failure?.preemptions).toBe(1);
  });

  it.each([
    [
      'an assertion that throws',
      {
        after: () => {
          throw new RangeError('no');
        },
      },
      'assertion',
      '`after` does not hold: RangeError: no',
    ],
    ['an invariant', { always: (s: Counter) => s.n < 1 }, 'invariant', '`always` does not hold: it gave false'],
    [
      'a thread that throws',
      {
        threads: {
          ann: function* () {
            yield;
            throw new TypeError('oh');
          },
        },
      },
      'error',
      'ann threw TypeError: oh',
    ],
  ])('is %s', (_, part, kind, headline) => {
    const { failure } = explore({ ...racy, after: () => true, ...part } as Spec<Counter>);
    expect(failure?.kind).toBe(kind);
    expect(String(failure)).toContain(headline);
  });

  it('is a deadlock, with who holds what', () => {
    const locks = () => ({ a: new Lock({ name: 'a' }), b: new Lock({ name: 'b' }) });
    type Locks = ReturnType<typeof locks>;
    const both = (one: keyof Locks, other: keyof Locks) =>
      function* (s: Locks) {
        yield* call(s[one], 'acquireSync');
        yield* call(s[other], 'acquireSync');
        yield* call(s[other], 'release');
        yield* call(s[one], 'release');
      };
    const report = explore({ state: locks, threads: { ann: both('a', 'b'), bob: both('b', 'a') } });
    expect(report.failure).toMatchObject({ kind: 'deadlock', preemptions: 1 });
    expect(report.failure?.waiting).toEqual([
      { thread: 'ann', holds: ['a'], waitsFor: 'b', heldBy: 'bob' },
      { thread: 'bob', holds: ['b'], waitsFor: 'a', heldBy: 'ann' },
    ]);
    expect(explore({ state: locks, threads: { ann: both('a', 'b'), bob: both('a', 'b') } })).toMatchObject({
      proved: 'complete',
      failure: null,
    });
    expect(() => report.assert()).toThrow(expect.objectContaining({ code: 'ERR_INTERLEAVING' }));
  });
});

describe('a replay', () => {
  const named = (extra: number): Spec<{ lock: Lock; n: number }> => ({
    state: () => ({ lock: new Lock({ name: 'other' }), n: 0 }),
    threads: {
      ann: function* (s) {
        for (let turn = 0; turn < extra; turn += 1) {
          yield* call(s.lock, 'acquireSync');
          yield* call(s.lock, 'release');
        }
        yield new Point('read', 'n');
        const seen = s.n;
        yield new Point('write', 'n');
        s.n = seen + 1;
      },
      bob: function* (s) {
        yield new Point('write', 'n');
        s.n += 1;
      },
    },
    after: (s) => s.n === 2,
  });

  it('fails again, also after edits that have nothing to do with it', () => {
    const schedule = explore(named(0)).failure!.schedule;
    expect(schedule).toContain('~write-n+1');
    expect(replay(schedule, named(0)).failure?.kind).toBe('assertion');
    expect(replay(schedule, named(3)).failure?.kind).toBe('assertion');
  });

  it('says what differs when it cannot be followed', () => {
    const schedule = explore(named(0)).failure!.schedule;
    const changed = {
      ...named(0),
      threads: {
        ann: function* () {
          yield;
        },
        bob: function* () {
          yield;
        },
      },
    };
    const report = replay(schedule, { ...changed, after: () => true });
    expect(report.failure).toBeNull();
    expect(report.divergence).toMatch(/expected ann to be interrupted at write-n for the 1st time/);
    expect(String(report)).toContain('does not fit the spec any more');
  });

  it.each(['x', 'g1:eve+1.ann', 'g1:ann+x'])('refuses %j', (schedule) => {
    expect(() => replay(schedule, racy)).toThrow(expect.objectContaining({ code: 'ERR_SPEC' }));
  });
});

describe('virtual time', () => {
  it('passes when nobody can move, and takes none of the clock on the wall', () => {
    const order: string[] = [];
    const sleeper = (name: string, ms: number) =>
      function* () {
        yield* call({ sleep }, 'sleep', ms);
        order.push(name);
      };
    const report = explore({
      state: () => void order.splice(0),
      threads: { late: sleeper('late', 3_600_000), soon: sleeper('soon', 1000) },
      after: () => order.join() === 'soon,late',
    });
    expect(report).toMatchObject({ proved: 'complete', failure: null });
  });

  it('leaves the order open of what is due at one instant', () => {
    const seen = new Set<string>();
    const state = () => ({ order: '' });
    const sleeper = (name: string) =>
      function* (s: { order: string }) {
        yield* call({ sleep }, 'sleep', 5);
        s.order += name;
      };
    explore({
      state,
      threads: { a: sleeper('a'), b: sleeper('b') },
      after: (s) => void seen.add(s.order),
      search: { strategy: 'exhaustive' },
    });
    expect([...seen].sort()).toEqual(['ab', 'ba']);
  });

  it('ends waits that have a limit', () => {
    const state = () => ({ lock: new Lock(), got: '' as unknown });
    const report = explore({
      state,
      threads: {
        ann: function* (s) {
          yield* call(s.lock, 'acquireSync');
        },
        bob: function* (s) {
          s.got = (yield* call(s.lock, 'acquireSync', { timeout: 10 })) === null ? 'late' : 'in time';
          if (s.got === 'in time') yield* call(s.lock, 'release');
        },
      },
      after: (s) => s.got !== '',
    });
    expect(report).toMatchObject({ proved: 'complete', failure: null });
  });
});

describe('a spec that cannot be explored', () => {
  const same = { n: 0 };
  it.each([
    ['nothing', undefined],
    ['no state', { threads: { ann: increment } }],
    ['a state that is no function', { ...racy, state: 1 }],
    ['no threads', { ...racy, threads: {} }],
    ['a thread that is no function', { ...racy, threads: { ann: 1 } }],
    ['an async thread', { ...racy, threads: { ann: async () => {} } }],
    ['a name that no schedule could hold', { ...racy, threads: { 'a.b': increment } }],
    ['a state that is the same each time', { ...racy, state: () => same }],
    ['a state that is a promise', { ...racy, state: async () => ({}) }],
    [
      'a state that throws',
      {
        ...racy,
        state: () => {
          throw new Error('no');
        },
      },
    ],
    ['a condition that is none', { ...racy, after: 1 }],
    ['options that are none', { ...racy, search: 1 }],
    ['a budget that is no number', { ...racy, search: { maxMs: 'long' } }],
    ['a bound below 0', { ...racy, search: { bound: -1 } }],
    ['a seed that is no whole number', { ...racy, search: { seed: 0.5 } }],
    ['a strategy that does not exist', { ...racy, search: { strategy: 'luck' } }],
  ])('is refused: %s', (_, spec) => {
    expect(() => explore(spec as Spec<Counter>)).toThrow(expect.objectContaining({ name: 'SpecError', code: 'ERR_SPEC' }));
  });

  it.each([
    ['Math.random()', () => Math.random()],
    ['Date.now()', () => Date.now()],
    ['new Date()', () => new Date()],
    ['performance.now()', () => performance.now()],
    ['setTimeout', () => setTimeout(() => {}, 0)],
  ])('is refused if a thread uses %s, also where it is caught', (name, use) => {
    const thread = function* () {
      yield;
      try {
        use();
      } catch {}
    };
    expect(() => explore({ state: () => ({}), threads: { ann: thread } })).toThrow(
      expect.objectContaining({ code: 'ERR_SPEC', message: expect.stringContaining(name) }),
    );
    expect(typeof Math.random()).toBe('number');
    expect(new Date()).toBeInstanceOf(Date);
  });

  it('is found out if it remembers the schedule before', () => {
    let runs = 0;
    const spec = {
      state: () => ({ turns: runs++ }),
      threads: {
        ann: function* (s: { turns: number }) {
          for (let turn = 0; turn < s.turns; turn += 1) yield;
        },
      },
    };
    expect(() => explore(spec)).toThrow(expect.objectContaining({ code: 'ERR_SPEC_NONDETERMINISTIC' }));
  });
});

describe('the stateful search', () => {
  const increments = function* (s: Counter) {
    for (let turn = 0; turn < 8; turn += 1) {
      yield;
      const seen = s.n;
      yield;
      s.n = seen + 1;
    }
  };
  const long = { state: () => ({ n: 0 }), threads: { ann: increments, bob: increments } };

  it('decides in states what no search could in schedules', () => {
    const report = explore({ ...long, after: (s) => s.n >= 2, search: { strategy: 'stateful', maxMs: 20_000 } });
    expect(report).toMatchObject({ proved: 'complete', failure: null });
    expect(String(report)).toMatch(/complete, \d+ states/);
  });

  it('finds a failure, and tells it as any other', () => {
    const report = explore({ ...long, after: (s) => s.n > 2, search: { strategy: 'stateful', maxMs: 20_000 } });
    expect(report.failure?.kind).toBe('assertion');
    expect(replay(report.failure!.schedule, { ...long, after: (s) => s.n > 2 }).failure?.kind).toBe('assertion');
  });

  it('finds threads that go round in a circle', () => {
    const polite = (own: 'a' | 'b') =>
      own === 'a'
        ? function* (s: { a: number; b: number }) {
            s.a = 1;
            yield;
            while (s.b === 1) yield;
          }
        : function* (s: { a: number; b: number }) {
            s.b = 1;
            yield;
            while (s.a === 1) yield;
          };
    const report = explore({
      state: () => ({ a: 0, b: 0 }),
      threads: { ann: polite('a'), bob: polite('b') },
      search: { strategy: 'stateful', maxMs: 20_000 },
    });
    expect(report.failure?.kind).toBe('livelock');
    expect(report.failure?.headline).toBe('livelock: ann and bob go round in a circle');
  });

  it('says what it cannot take', () => {
    expect(() =>
      explore({ state: () => ({ at: new Date(0) }), threads: { ann: increments as never }, search: { strategy: 'stateful' } }),
    ).toThrow(/plain/);
  });
});

describe('the places that were reached', () => {
  const spec = (search: SearchOptions) => ({
    dialect: 'cpython-3.9' as const,
    state: () => ({ n: 0, never: 0 }),
    threads: {
      ann: (s: { n: number; never: number }) => {
        s.n += 1;
        if (s.n === 2) s.never += 1;
      },
      bob: (s: { n: number; never: number }) => {
        s.n += 1;
      },
    },
    search,
  });

  it('are counted, and the others are named', () => {
    const few = explore(spec({ strategy: 'preemptions', bound: 0, maxSchedules: 1 }));
    const all = explore(spec({ strategy: 'exhaustive' }));
    expect(few.sites.total).toBe(all.sites.total);
    expect(few.sites.missed).toHaveLength(2);
    expect(few.sites.missed[0]).toMatch(/ s\.never \+= 1;$|: ?1$| 1$/);
    const { total } = few.sites;
    expect(String(few)).toContain(`; sites: ${total - 2} of ${total} reached, not ${few.sites.missed.join(', ')}`);
    expect(all.sites.missed).toEqual([]);
    expect(String(all)).toMatch(new RegExp(`; sites: ${total} of ${total} reached$`));
  });

  it('are none of generator functions, which say themselves where they are switched', () => {
    expect(explore(harmless).sites).toEqual({ total: 0, missed: [] });
    expect(String(explore(harmless))).not.toContain('sites');
  });
});

describe('a coverage tool', () => {
  // As Istanbul writes it. The counting function is a variable of the file.
  const counted = Function(`
    function cov_1a2b3c() { return { s: [0, 0], f: [0], b: [[0, 0]] }; }
    return function (s) { cov_1a2b3c().f[0]++; cov_1a2b3c().s[0]++; s.n += s.n > 9 ? (cov_1a2b3c().b[0][0]++, 2) : (cov_1a2b3c().b[0][1]++, 1); };
  `)() as (s: Counter) => void;
  const plain = (s: Counter): void => {
    s.n += s.n > 9 ? 2 : 1;
  };

  it.each(['cpython-3.9', 'cpython-3.10', 'cpython-3.13'] as const)('changes nothing under %s', (dialect) => {
    const run = (thread: (s: Counter) => void) =>
      explore({ dialect, ...harmless, threads: times(2, thread), search: { strategy: 'exhaustive' } });
    const [one, other] = [run(counted), run(plain)];
    expect(one).toMatchObject({ proved: 'complete', schedules: other.schedules, atomic: new Map() });
    expect(one.sites.total).toBe(other.sites.total);
  });
});
