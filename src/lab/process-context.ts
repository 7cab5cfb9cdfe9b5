/**
 * The sixth claim: a `ProcessPoolExecutor` in a `with` block streams its results and leaves nothing behind. Here `await using` and
 * `for await`; and when the block is left, the operating system and the runtime are asked whether anybody is still there.
 */
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import { ProcessPool } from '../executors/process-pool.js';
import { now } from '../host/clock.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, quietly, roundFigures } from './load.js';
import { calibrate, interleave, median } from './measure.js';
import { openProbe, type Probe } from './probe.js';
import { isAlive, whoAmI } from './survivors.js';
import { times } from './units.js';
import { onEveryWorker, sumOfSquares, unequalShares } from './work.js';

const WORKERS = 4;
const INPUTS = 16;
const SPEED_UP = 1.6;
/** The first result must be there when less than this part of the time has passed; a map that gave all at the end would give 1. */
const STREAMS = 0.9;

type Isolation = 'worker' | 'process';

export const processContext: Experiment = {
  name: 'process-context',
  claim: 'ProcessPoolExecutor in a with block leaves nothing behind',
  question: 'Do results stream in order, at the speed of all cores, and is nobody left when the block ends?',
  article: 'no figure',
  cpython: 'with the start of 4 spawned processes: 1.36× (3.9.18), 1.44× (3.11.7), 1.31× (3.13.0); the start alone 0.17–0.31 s',
  expectation: `equal results in order as they come, at least ${SPEED_UP}× on 2 cores, and no process or thread left`,
  async run(context: Context): Promise<Outcome> {
    await using probe = await openProbe();
    const worker = await useAndLeave('worker', probe, context);
    const process = await useAndLeave('process', probe, context);
    const both = [worker, process];
    const inOrder = both.every((each) => each.inOrder);
    const left = worker.left + process.left;
    return {
      holds: inOrder && left === 0 && both.every((each) => each.seen === WORKERS && each.speedUp >= SPEED_UP && each.firstResult < STREAMS),
      live:
        `worker threads ${times(worker.speedUp)}, child processes ${times(process.speedUp)}, results ${inOrder ? 'in order' : 'WRONG'}, the first ` +
        `after ${Math.round(100 * Math.max(worker.firstResult, process.firstResult))} % of the time; ${worker.left} threads and ${process.left} processes left`,
      figures: {
        workers: WORKERS,
        inputs: INPUTS,
        results: inOrder ? 'equal and in order' : 'different',
        speedUpWorker: worker.speedUp,
        speedUpProcess: process.speedUp,
        firstResultWorker: worker.firstResult,
        firstResultProcess: process.firstResult,
        startWorkersMs: worker.startMs,
        startProcessesMs: process.startMs,
        threadsLeft: worker.left,
        processesLeft: process.left,
        ...roundFigures(worker.rounds, process.rounds),
      },
      notes: aboutLoad(worker.rounds, process.rounds),
    };
  },
};

async function useAndLeave(isolation: Isolation, probe: Probe, context: Context) {
  const { workers, ...found } = await use(isolation, probe, context);
  const left = workers.filter((worker) => isAlive(worker)).length;
  return { ...found, seen: new Set(workers.map(({ pid, threadId }) => `${pid}.${threadId}`)).size, left };
}

/** The block: everything that it opened is closed when it returns. */
async function use(isolation: Isolation, probe: Probe, context: Context) {
  await using one = new ProcessPool(1, { isolation, dialect: DEFAULT_DIALECT });
  context.progress(`${isolation}: warming up`);
  const count = await calibrate(180, 5_000_000, (amount) => one.submit(sumOfSquares, amount));
  const inputs = unequalShares(count, INPUTS);
  const expected = inputs.map(sumOfSquares);

  const start = now();
  await using four = new ProcessPool(WORKERS, { isolation, dialect: DEFAULT_DIALECT });
  const workers = await onEveryWorker(four, whoAmI);
  const startMs = now() - start;
  if (!workers.every((worker) => isAlive(worker))) throw new Error('a worker that has just answered is not found among the living');
  await onEveryWorker(four, sumOfSquares, inputs[0]!);

  let inOrder = true;
  const firsts: number[] = [];
  const stream = async (pool: ProcessPool): Promise<void> => {
    const begin = now();
    let first: number | undefined;
    let index = 0;
    for await (const result of pool.map(sumOfSquares, inputs)) {
      first ??= now() - begin;
      inOrder &&= result === expected[index];
      index += 1;
    }
    inOrder &&= index === INPUTS;
    if (pool === four) firsts.push((first ?? 0) / (now() - begin));
  };
  const rounds = await interleave(
    {
      sides: { one: () => stream(one), four: () => stream(four) },
      ratios: [['one', 'four']],
      limit: 3000,
      patience: context.patience,
      onRound: (round) => context.progress(`${isolation}: streaming, round ${round}`),
    },
    quietly({ probe, children: isolation === 'process' ? [one, four] : [] }),
  );
  return {
    workers,
    startMs,
    inOrder,
    firstResult: median(firsts),
    speedUp: rounds.ratio('one', 'four'),
    rounds,
  };
}
