/**
 * How many schedules a second: hand-written threads on the counter of two threads and two increments, long threads, and the scheduler of fast-check
 * on the same counter in the same run.
 */
import fc from 'fast-check';
import { explore } from 'gil/sim';
import { median } from './measure.js';
import { safeStack } from './safe-stack.js';

const ROUNDS = 15;

function* increments(s) {
  for (let i = 0; i < 2; i += 1) {
    yield;
    const seen = s.n;
    yield;
    s.n = seen + 1;
  }
}

function* long(s) {
  for (let i = 0; i < 50; i += 1) {
    yield;
    const seen = s.n;
    yield;
    s.n = seen + 1;
  }
}

const counter = (thread, search) => ({ state: () => ({ n: 0 }), threads: { ann: thread, bob: thread }, after: () => true, search });

/** Nanoseconds a schedule, over many explorations of the whole tree: what it takes to begin one is in it. */
function wholeTree() {
  const begin = performance.now();
  let schedules = 0;
  for (let i = 0; i < 500; i += 1) schedules += explore(counter(increments, { strategy: 'exhaustive' })).schedules;
  return ((performance.now() - begin) / schedules) * 1e6;
}

/** Nanoseconds a move, of all schedules with up to two preemptions of two threads of a hundred moves. */
function longThreads() {
  const { ms, moves } = explore(counter(long, { strategy: 'preemptions', bound: 2, maxMs: 60_000 }));
  return (ms / moves) * 1e6;
}

/** Nanoseconds a schedule, of ordinary code that was transformed: a class, a method, twenty places to be switched at. */
class Counter {
  n = 0;
  add(by) {
    this.n += by;
  }
}

function transformed() {
  const report = explore({
    dialect: 'cpython-3.9',
    state: () => new Counter(),
    threads: { ann: (c) => c.add(1) || c.add(2), bob: (c) => c.add(3) || c.add(4) },
    after: () => true,
    search: { strategy: 'random', maxSchedules: 100_000, maxMs: 60_000 },
  });
  return { schedule: (report.ms / report.schedules) * 1e6, moves: report.moves / report.schedules };
}

/** Milliseconds to visit every state of two threads with twenty increments each. */
function states() {
  const twenty = function* (s) {
    for (let i = 0; i < 20; i += 1) {
      yield;
      const seen = s.n;
      yield;
      s.n = seen + 1;
    }
  };
  const report = explore(counter(twenty, { strategy: 'stateful', maxMs: 60_000 }));
  if (report.proved !== 'complete') throw new Error(String(report));
  return report.ms;
}

/** Milliseconds to find SafeStack's bug by visiting states. */
function safeStackBug() {
  const { state, helpers, bodies } = safeStack;
  const threads = Object.fromEntries(['ann', 'bob', 'cat'].map((name, at) => [name, bodies[at]]));
  const report = explore({ state, threads, search: { strategy: 'stateful', helpers, maxMs: 60_000 } });
  if (report.failure === null) throw new Error(String(report));
  return report.ms;
}

/** Nanoseconds a schedule of fast-check, which picks one of the pending promises. */
async function promises() {
  const runs = 2000;
  const begin = performance.now();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const s = { n: 0 };
      const thread = async () => {
        for (let i = 0; i < 2; i += 1) {
          await scheduler.schedule(Promise.resolve());
          const seen = s.n;
          await scheduler.schedule(Promise.resolve());
          s.n = seen + 1;
        }
      };
      const threads = [thread(), thread()];
      await scheduler.waitIdle();
      await Promise.all(threads);
    }),
    { numRuns: runs, seed: 1 },
  );
  return ((performance.now() - begin) / runs) * 1e6;
}

export async function run() {
  const tree = [];
  const moves = [];
  const peers = [];
  const classes = [];
  for (let round = -2; round < ROUNDS; round += 1) {
    const figures = [wholeTree(), longThreads(), await promises(), transformed()];
    if (round < 0) continue;
    tree.push(figures[0]);
    moves.push(figures[1]);
    peers.push(figures[2]);
    classes.push(figures[3].schedule);
  }
  const ns = (value) => `${value.toFixed(0)} ns`;
  const row = (name, subject, base, reach) => ({ name, ratio: subject / base, reach, subject: ns(subject), base: ns(base) });
  const [schedule, move, peer, made] = [tree, moves, peers, classes].map(median);
  const visited = median([states(), states(), states()]);
  const stack = median([safeStackBug(), safeStackBug(), safeStackBug()]);
  return {
    rows: [
      row('a schedule of 2×2 increments ÷ a million a second', schedule, 1000, 1),
      row("a schedule of 2×2 increments ÷ one of fast-check's scheduler", schedule, peer, 0.1),
      row(`a schedule of a class with a method, ${transformed().moves.toFixed(0)} moves ÷ 250,000 a second`, made, 4000, 1),
      {
        name: 'every state of 2×20 increments ÷ 3 s',
        ratio: visited / 3000,
        reach: 1,
        subject: `${visited.toFixed(0)} ms`,
        base: '3000 ms',
      },
      {
        name: "SafeStack's bug, by states ÷ 10 s",
        ratio: stack / 10_000,
        reach: 1,
        subject: `${stack.toFixed(0)} ms`,
        base: '10000 ms',
      },
      row('a move of a long thread ÷ five million a second', move, 200, 1),
    ],
  };
}
