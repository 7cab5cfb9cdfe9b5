/**
 * The lesson about preemption: code of a package has no looks, so a thread in it keeps the lock as one in a C extension does; an interrupt
 * reaches it all the same. The package is the parser `acorn`, as it came from the registry, and its food is its own text.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import { GlobalLock } from '../lock/global-lock.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { median } from './measure.js';
import { grouped } from './units.js';
import { onEveryWorker } from './work.js';

const THREADS = 4;
/** How often the parser's text is repeated for one parse: some tenths of a second. */
const REPEATS = 8;
const PARSES = 3;
/** Of the lock's time while all four are at work, each thread has so much at least and at most. */
const FAIR = [0.1, 0.4] as const;
/** How many times longer a slice is by looks than by interrupts. */
const LONGER = 4;

export const codeNobodyTransformed: Experiment = {
  name: 'code-nobody-transformed',
  claim: 'An interrupt reaches code that never looks',
  question:
    'Four threads parse with a package that nobody transformed. Does each get its share, or does one keep the lock for a whole parse?',
  article: 'no figure',
  cpython: 'a C function keeps the lock until it returns, pure Python of a package does not: its eval loop looks everywhere',
  expectation: `by interrupts each of four threads has ${FAIR[0] * 100} to ${FAIR[1] * 100} % of the lock, in slices that are ${LONGER} times shorter than by looks`,
  async run(context: Context): Promise<Outcome> {
    context.progress('parsing by looks');
    const looks = await parse('checkpoint');
    context.progress('parsing by interrupts');
    const interrupts = await parse('interrupt');
    const [least, most] = [Math.min(...interrupts.shares), Math.max(...interrupts.shares)];
    const shorter = looks.slice / interrupts.slice;
    return {
      holds: least >= FAIR[0] && most <= FAIR[1] && shorter >= LONGER,
      live: `slices of ${interrupts.slice.toFixed(1)} ms by interrupts, ${grouped(looks.slice)} ms by looks; shares ${percent(interrupts.shares)}`,
      figures: {
        threads: THREADS,
        switchIntervalMs: interrupts.switchInterval,
        sliceByInterruptsMs: interrupts.slice,
        sliceByLooksMs: looks.slice,
        leastShare: least,
        mostShare: most,
        forcedDropsByInterrupts: interrupts.forced,
        forcedDropsByLooks: looks.forced,
      },
      notes: [`When the first thread was through, the shares by looks were ${percent(looks.shares)}.`],
    };
  },
};

interface Parsed {
  /** How long a thread had the lock until it was asked for and let go, in the median, in milliseconds. */
  readonly slice: number;
  /** Of the lock's time, by thread, when the first one was through. */
  readonly shares: readonly number[];
  readonly forced: number;
  readonly switchInterval: number;
}

async function parse(preemption: 'checkpoint' | 'interrupt'): Promise<Parsed> {
  const lock = new GlobalLock({ dialect: DEFAULT_DIALECT, trace: { capacity: 100_000 } });
  await using pool = new ThreadPool(THREADS, { lock, preemption });
  const file = createRequire(import.meta.url).resolve('acorn');
  const url = pathToFileURL(file).href;
  const text = readFileSync(file, 'utf8');
  await onEveryWorker(pool, parseText, url, text, 1);
  const before = new Map(lock.stats().perThread.map(({ threadId, held }) => [threadId, held]));
  const begun = lock.stats();
  const food = text.repeat(REPEATS);
  const futures = Array.from({ length: THREADS }, () => pool.submit(parseText, url, food, PARSES));
  await Promise.race(futures);
  const held = lock.stats().perThread.flatMap(({ threadId, held }) => (threadId === 0 ? [] : [held - (before.get(threadId) ?? 0)]));
  await Promise.all(futures);
  const all = held.reduce((sum, each) => sum + each, 0);
  return {
    slice: median(slices(lock, begun.switches)),
    shares: held.map((each) => each / all).sort((a, b) => a - b),
    forced: lock.stats().drops.forced - begun.drops.forced,
    switchInterval: lock.switchInterval,
  };
}

/** Uses its arguments only; the parser is loaded as any package is, and no look is put into it. */
async function parseText(url: string, text: string, times: number): Promise<number> {
  const { parse } = (await import(url)) as { parse(text: string, options: { ecmaVersion: 'latest' }): { end: number } };
  let end = 0;
  for (let i = 0; i < times; i += 1) end += parse(text, { ecmaVersion: 'latest' }).end;
  return end;
}

/** How long each hold lasted that ended because another thread had asked, in milliseconds. */
function slices(lock: GlobalLock, from: number): number[] {
  const since = new Map<number, number>();
  const found: number[] = [];
  for (const event of lock.events()) {
    if (event.type === 'take') since.set(event.threadId, event.time);
    const begin = since.get(event.threadId);
    if (event.type === 'drop' && event.reason === 'forced' && event.switchNumber > from && begin !== undefined)
      found.push(event.time - begin);
  }
  return found;
}

function percent(shares: readonly number[]): string {
  return shares.map((share) => `${(share * 100).toFixed(0)}`).join(' : ');
}
