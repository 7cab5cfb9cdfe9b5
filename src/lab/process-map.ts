/**
 * The fifth claim: `multiprocessing.Pool.map` gets round the GIL, since each process has its own. The CPU task over four workers
 * against the same inputs on one worker of the same kind, for both kinds of isolation.
 */
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import { ProcessPool } from '../executors/process-pool.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, quietly, roundFigures } from './load.js';
import { calibrate, interleave } from './measure.js';
import { openProbe, type Probe } from './probe.js';
import { times } from './units.js';
import { onEveryWorker, sumOfSquares, unequalShares } from './work.js';

const WORKERS = 4;
/** Several for each worker: whoever is done early goes on with the next. */
const INPUTS = 16;
const SPEED_UP = 1.6;

type Isolation = 'worker' | 'process';

export const processMap: Experiment = {
  name: 'process-map',
  claim: 'Pool.map over processes uses every core',
  question: 'Does map over four processes finish sooner than over one, with the same results?',
  article: 'no figure',
  cpython: '4 processes: 1.80× (3.9.18), 2.12× (3.11.7), 1.87× (3.13.0), forked, on 2 cores',
  expectation: `equal results and at least ${SPEED_UP}× on 2 cores, with threads and with processes behind the pool`,
  async run(context: Context): Promise<Outcome> {
    await using probe = await openProbe();
    const worker = await compare('worker', probe, context);
    const process = await compare('process', probe, context);
    const equal = worker.equal && process.equal;
    return {
      holds: equal && worker.speedUp >= SPEED_UP && process.speedUp >= SPEED_UP,
      live: `worker threads ${times(worker.speedUp)}, child processes ${times(process.speedUp)}, results ${equal ? 'equal' : 'DIFFER'}`,
      figures: {
        workers: WORKERS,
        inputs: INPUTS,
        results: equal ? 'equal' : 'different',
        speedUpWorker: worker.speedUp,
        speedUpProcess: process.speedUp,
        oneWorkerMs: worker.oneMs,
        oneProcessMs: process.oneMs,
        ...roundFigures(worker.rounds, process.rounds),
      },
      notes: aboutLoad(worker.rounds, process.rounds),
    };
  },
};

async function compare(isolation: Isolation, probe: Probe, context: Context) {
  await using one = new ProcessPool(1, { isolation, dialect: DEFAULT_DIALECT });
  await using four = new ProcessPool(WORKERS, { isolation, dialect: DEFAULT_DIALECT });
  context.progress(`${isolation}: warming up`);
  const count = await calibrate(180, 5_000_000, (amount) => one.submit(sumOfSquares, amount));
  const inputs = unequalShares(count, INPUTS);
  await onEveryWorker(four, sumOfSquares, inputs[0]!);
  const expected = inputs.map(sumOfSquares).join();
  let equal = true;
  const mapped = (pool: ProcessPool) => async (): Promise<void> => {
    const results = await pool.map(sumOfSquares, inputs).toArray();
    equal &&= results.join() === expected;
  };
  const rounds = await interleave(
    {
      sides: { one: mapped(one), four: mapped(four) },
      ratios: [['one', 'four']],
      limit: 3000,
      patience: context.patience,
      onRound: (round) => context.progress(`${isolation}: 1 and 4, round ${round}`),
    },
    quietly({ probe, children: isolation === 'process' ? [one, four] : [] }),
  );
  return { equal, speedUp: rounds.ratio('one', 'four'), oneMs: rounds.time('one'), rounds };
}
