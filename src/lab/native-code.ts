/**
 * The seventh claim: C extensions can let go of the GIL. Three native calls, each in one thread and split over two: as they are, they
 * hold the lock to their end, and two threads gain nothing; wrapped by `releasing` they run on two cores.
 */
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, quietly, roundFigures } from './load.js';
import { calibrate, interleave, type Rounds } from './measure.js';
import { deriveKeys, type Manner, packText, runWasm, sampleText, wasmLoop } from './native-calls.js';
import { openProbe, type Probe } from './probe.js';
import { times } from './units.js';

/** Two threads that hold the lock gain nothing, and lose the time of the switches. */
const HELD = { least: 0.75, most: 1.25 };
const RELEASED = 1.6;

/** Has one thread of the pool make calls until none is left. */
type Caller = (pool: ThreadPool, left: Int32Array, manner: Manner) => PromiseLike<unknown>;

type Side = 'one' | 'held' | 'released';

export const nativeCode: Experiment = {
  name: 'native-code',
  claim: 'C extensions can release the lock',
  question: 'What do two threads gain in native code that keeps the lock, and in native code that lets go of it?',
  article: 'no figure',
  cpython: 'longest stall of another thread: 472 ms beside one 472 ms sum(); 10 ms beside a sha256 of 539 ms, which lets go (3.13.0)',
  expectation: `2 threads against 1: between ${HELD.least} and ${HELD.most}× held, at least ${RELEASED}× released, on 2 cores`,
  async run(context: Context): Promise<Outcome> {
    const text = sampleText();
    const module = wasmLoop();
    const callers: Readonly<Record<string, Caller>> = {
      pbkdf2: (pool, left, manner) => pool.submit(deriveKeys, left, manner),
      gzip: (pool, left, manner) => pool.submit(packText, left, manner, text),
      wasm: (pool, left, manner) => pool.submit(runWasm, left, manner, module),
    };
    await using one = new ThreadPool(1, { dialect: DEFAULT_DIALECT });
    await using probe = await openProbe();
    await using two = new ThreadPool(2, { dialect: DEFAULT_DIALECT });
    const figures: Record<string, number> = {};
    const parts: string[] = [];
    const all: Rounds<Side>[] = [];
    let holds = true;
    for (const [name, caller] of Object.entries(callers)) {
      const rounds = await compare(name, caller, one, two, probe, context);
      const held = rounds.ratio('one', 'held');
      const released = rounds.ratio('one', 'released');
      holds &&= held >= HELD.least && held <= HELD.most && released >= RELEASED;
      parts.push(`${name} ${held.toFixed(2)} → ${times(released)}`);
      Object.assign(figures, { [`${name}Held`]: held, [`${name}Released`]: released });
      all.push(rounds);
    }
    return {
      holds,
      live: `2 threads, held → released: ${parts.join(', ')}`,
      figures: { ...figures, ...roundFigures(...all) },
      notes: aboutLoad(...all),
    };
  },
};

async function compare(
  name: string,
  caller: Caller,
  one: ThreadPool,
  two: ThreadPool,
  probe: Probe,
  context: Context,
): Promise<Rounds<Side>> {
  const run = (pool: ThreadPool, calls: number, manner: Manner): Promise<unknown> => {
    const left = new Int32Array(new SharedArrayBuffer(4)).fill(calls);
    return Promise.all(Array.from({ length: pool.maxWorkers }, () => caller(pool, left, manner)));
  };
  context.progress(`${name}: warming up`);
  const calls = await calibrate(70, 8, (count) => run(one, count, 'held'));
  for (const manner of ['held', 'released'] as const) await run(two, calls, manner);
  return await interleave(
    {
      sides: {
        one: () => run(one, calls, 'held'),
        held: () => run(two, calls, 'held'),
        released: () => run(two, calls, 'released'),
      },
      ratios: [
        ['one', 'held'],
        ['one', 'released'],
      ],
      limit: 3000,
      patience: context.patience,
      onRound: (round) => context.progress(`${name}: 1 thread, 2 held, 2 released, round ${round}`),
    },
    quietly({ probe }),
  );
}
