/**
 * How many schedules a second: hand-written threads on the counter of two threads and two increments, long threads, and the scheduler of fast-check
 * on the same counter in the same run.
 */
import fc from 'fast-check';
import { explore } from 'gil/sim';
import { median } from './measure.js';

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
  for (let round = -2; round < ROUNDS; round += 1) {
    const figures = [wholeTree(), longThreads(), await promises()];
    if (round < 0) continue;
    tree.push(figures[0]);
    moves.push(figures[1]);
    peers.push(figures[2]);
  }
  const ns = (value) => `${value.toFixed(0)} ns`;
  const row = (name, subject, base, reach) => ({ name, ratio: subject / base, reach, subject: ns(subject), base: ns(base) });
  const [schedule, move, peer] = [tree, moves, peers].map(median);
  return {
    rows: [
      row('a schedule of 2×2 increments ÷ a million a second', schedule, 1000, 1),
      row("a schedule of 2×2 increments ÷ one of fast-check's scheduler", schedule, peer, 0.1),
      row('a move of a long thread ÷ five million a second', move, 200, 1),
    ],
  };
}
