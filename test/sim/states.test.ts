/**
 * The stateful search against what is known of its programs, and against every schedule of small ones, run with real generators.
 */
import { describe, expect, it } from 'vitest';
import { encode } from '../../src/sim/canonical.js';
import { Engine } from '../../src/sim/engine.js';
import type { Program } from '../../src/sim/program.js';
import { type StatesOptions, type StatesReport, searchStates } from '../../src/sim/states.js';
import { Replay } from '../../src/sim/strategies/replay.js';
import { type Body, increments, outcomes, safeStack, twoLocks } from './states-programs.js';
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

  it.each([2, 3, 10, 20])('that two threads increment %i times ends with everything from 2 on', (n) => {
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
    for (let seed = 1; seed <= 1000; seed += 1) {
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
    expect(kinds.passed).toBeGreaterThan(500);
    expect(kinds.failed).toBeGreaterThan(50);
  });
});
