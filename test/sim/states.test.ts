/**
 * The stateful search against what is known of its programs, and against every schedule of small ones, run with real generators.
 */
import { describe, expect, it } from 'vitest';
import { safeStack } from '../../bench/safe-stack.js';
import { encode } from '../../src/sim/canonical.js';
import { Engine } from '../../src/sim/engine.js';
import type { Program } from '../../src/sim/program.js';
import { type StatesOptions, type StatesReport, searchStates } from '../../src/sim/states.js';
import { Replay } from '../../src/sim/strategies/replay.js';
import { type Body, increments, outcomes, twoLocks } from './states-programs.js';
import { helpers, randomProgram, shared } from './states-random.js';

function program<S>(state: () => S, bodies: readonly Body<S>[], rest: Partial<Program> = {}): Program {
  return {
    names: bodies.map((_, at) => `t${at}`),
    bodies: bodies as unknown as Program['bodies'],
    state,
    always: undefined,
    after: undefined,
    beginnings: bodies.map(() => 'moves' as const),
    calls: bodies.map(() => 'announced' as const),
    time: 'when-idle',
    maxSteps: 10_000,
    ...rest,
  };
}

/** What the last schedule does when it is run again, with the real generators. */
function again(run: Program, report: StatesReport) {
  const engine = new Engine(run);
  const strategy = new Replay(report.failure!.trace);
  strategy.begin();
  engine.run(strategy);
  expect(strategy.divergedAt).toBe(-1);
  expect(engine.moment.step).toBe(report.failure!.trace.length);
  return engine.failure;
}

function finals<S>(state: () => S, bodies: readonly Body<S>[], of: (s: S) => unknown, options?: StatesOptions) {
  const seen = new Set<unknown>();
  const after = (s: unknown): void => {
    seen.add(of(s as S));
  };
  return { report: searchStates(program(state, bodies, { after }), options), seen: [...seen].sort((a, b) => Number(a) - Number(b)) };
}

describe('a counter', () => {
  const counter = (n: number) =>
    finals(
      () => ({ x: 0, n }),
      [increments, increments],
      ({ x }) => x,
    );

  it.each([2, 3, 20])('that two threads increment %i times ends with everything from 2 on', (n) => {
    const { report, seen } = counter(n);
    expect(report).toMatchObject({ endedBy: 'search', failure: undefined, cycles: 0, finals: 2 * n - 1 });
    expect(seen).toEqual(Array.from({ length: 2 * n - 1 }, (_, at) => at + 2));
  });
});

describe('a failure', () => {
  it('is a deadlock of two locks', () => {
    const run = program(twoLocks.state, twoLocks.bodies);
    const report = searchStates(run, { helpers: twoLocks.helpers });
    expect(report).toMatchObject({ endedBy: 'failure', failure: { kind: 'deadlock', thread: -1 } });
    expect(again(run, report)?.kind).toBe('deadlock');
  });

  it('is what no sampling finds: SafeStack', () => {
    const run = program(safeStack.state, safeStack.bodies);
    const report = searchStates(run, { helpers: safeStack.helpers });
    expect(report.failure?.error).toMatchObject({ message: expect.stringContaining('popped twice') });
    expect(again(run, report)?.kind).toBe('error');
  });
});

describe('random programs', () => {
  it('end in the same ways as all their schedules', () => {
    const kinds = { passed: 0, failed: 0 };
    for (let seed = 1; seed <= 500; seed += 1) {
      const { texts, bodies } = randomProgram(seed);
      const all = outcomes(shared, bodies, 100);
      if (all === 'too many') continue;
      const found = new Set<string>();
      const after = (s: unknown): void => {
        found.add(encode(s));
      };
      const run = program(shared, bodies, { after });
      const report = searchStates(run, { helpers });
      const about = `seed ${seed}: ${texts.join('\n')}`;
      if (report.failure === undefined) {
        kinds.passed += 1;
        expect(report.endedBy, about).toBe('search');
        expect([...found].sort(), about).toEqual([...all].sort());
      } else {
        kinds.failed += 1;
        expect(all, about).toContain(report.failure.kind);
        expect(again(run, report)?.kind, about).toBe(report.failure.kind);
      }
    }
    expect(kinds.passed).toBeGreaterThan(300);
    expect(kinds.failed).toBeGreaterThan(15);
  });
});

describe('a search', () => {
  const one = (text: string, helpers: Record<string, unknown> = {}): Body<Record<string, unknown>> =>
    new Function(...Object.keys(helpers), `return function* (s) { ${text} }`)(...Object.values(helpers)) as Body<Record<string, unknown>>;
  const state = (): Record<string, unknown> => ({ x: 0, list: [] });

  it('visits as many states as there are', () => {
    // 22 707, as another program found them: where the first segments do nothing, they are no moves.
    const run = program(() => ({ x: 0, n: 10 }), [increments, increments], { beginnings: ['stands', 'stands'] });
    expect(searchStates(run)).toMatchObject({ endedBy: 'search', states: 22_707, finals: 19 });
  });

  it('finds where `always` does not hold, and gives the way', () => {
    const run = program(() => ({ x: 0, n: 2 }), [increments, increments], { always: (s) => (s as { x: number }).x < 3 });
    const report = searchStates(run);
    expect(report.failure).toMatchObject({ kind: 'invariant', thread: -1 });
    expect(again(run, report)?.kind).toBe('invariant');
  });

  it('tells which thread threw, and gives the way', () => {
    const run = program(state, [one('yield; s.x = 1;'), one('yield; if (s.x) throw new RangeError("oh");')]);
    const report = searchStates(run);
    expect(report.failure).toMatchObject({ kind: 'error', thread: 1, error: new RangeError('oh') });
    expect(again(run, report)).toMatchObject({ kind: 'error', thread: 1 });
  });

  it('says that it is not at its end when a budget was used up', () => {
    const run = program(() => ({ x: 0, n: 20 }), [increments, increments]);
    expect(searchStates(run, { maxStates: 100 })).toMatchObject({ endedBy: 'maxStates', states: 100 });
    expect(searchStates(run, { maxMs: 0 })).toMatchObject({ endedBy: 'maxMs', failure: undefined });
  });

  it('comes to its end where schedules do not', () => {
    const report = searchStates(program(state, [one('while (s.x === 0) yield;'), one('yield; s.x = 1;')]));
    expect(report).toMatchObject({ endedBy: 'search', cycles: 2, finals: 1 });
  });

  it.each([
    ['one that waits for nobody', ['while (s.x === 0) yield;', 'yield;'], 'livelock'],
    [
      'two that give way to each other',
      ['s.x = 1; yield; while (s.x !== 1) { yield; s.x = 3; }', 's.x = 2; yield; while (s.x !== 2) { yield; s.x = 4; }'],
      'livelock',
    ],
    ['one that waits for the other', ['while (s.x === 0) yield; while (s.x === 1) yield;', 'yield; s.x = 1; yield; s.x = 2;'], undefined],
  ])('tells those that go round for ever: %s', (_, texts, kind) => {
    const { failure, endedBy } = searchStates(
      program(
        state,
        texts.map((text) => one(text)),
      ),
    );
    expect(failure?.kind).toBe(kind);
    expect(endedBy).toBe(kind === undefined ? 'search' : 'failure');
  });

  it('knows what a thread waits for, even if it is not used again', () => {
    const { Point } = helpers;
    const moves = one('yield; s.x = 1; yield; s.x = 2; yield; s.y = 2;');
    const waits = one('yield; const k = s.x; yield new Point("wait", s, () => s.x === 2 && s.y >= k); s.z = s.y;', { Point });
    const { seen } = finals(() => ({ x: 2, y: 1 }), [moves, waits] as never, encode, { helpers: { Point } });
    // Who read 1 need not wait for what who read 2 waits for.
    expect(seen.length).toBe(2);
    expect(new Set(seen)).toEqual(outcomes(() => ({ x: 2, y: 1 }), [moves, waits] as never, 1000));
  });

  it('puts back everything: kinds, keys, order, and one object in two places', () => {
    const body =
      'yield; s.m.delete(1); s.m.set(1, s.o); yield; delete s.a; s.q = new Set([s.o]); s.l.length = 1; s.o.n++; yield; s.a = 5; s.l[3] = [s.l];';
    const full = () => ({
      a: 1,
      b: 2,
      l: [1, 2, 3],
      m: new Map([
        [1, 2],
        [2, 3],
      ]),
      o: { n: 0 },
    });
    const looks = one('for (let i = 0; i < 3; i++) { yield; s.o[Object.keys(s).join()] = [...s.m.keys(), s.l.length].join(); }');
    const bodies = [one(body), looks] as unknown as Body<ReturnType<typeof full>>[];
    const { seen } = finals(full, bodies, encode);
    expect(new Set(seen)).toEqual(outcomes(full, bodies, 1000));
  });

  it('takes helpers that are data for a part of the state, and leaves them as they were', () => {
    const counts = { n: 0 };
    const body = one('yield; const v = counts.n; yield; counts.n = v + 1; yield; s.x += counts.n;', { counts });
    const { seen } = finals(state, [body, body], ({ x }) => x, { helpers: { counts } });
    expect(seen).toEqual([2, 3, 4]);
    expect(counts).toEqual({ n: 0 });
  });

  it.each([
    ['yield; s.list.push(() => 1);', 'the state.list[0]: expected plain data'],
    ['const f = [() => s.x]; yield; f[0]();', 'thread t0, its variable `f`[0] at a switch point: expected plain data'],
    ['const e = [new Error("e"), /x/]; yield; throw e;', 'thread t0, its variable `e`[1] at a switch point'],
    ['yield; s.list[-1] = 2;', 'an array with the property -1 of its own'],
    ['const p = new Point("wait", s, () => s.x === 0); yield p;', 'yields a Point that was made elsewhere'],
    ['yield new Point("sleep", s, () => false, 5);', 'waits with a timeout'],
    ['yield s;', 'yields an object that is no Point'],
  ])('refuses %s', (text, message) => {
    const run = program(state, [one(text, { Point: helpers.Point })]);
    expect(() => searchStates(run, { helpers: { Point: helpers.Point } })).toThrow(
      expect.objectContaining({ code: 'ERR_STATEFUL', message: expect.stringContaining(message) }),
    );
  });
});
