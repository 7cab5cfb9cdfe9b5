/**
 * What single decisions cost or bring: the built package beside a copy of it in which one line is another.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { betweenTwo, median, ratio } from './measure.js';

const DIST = new URL('../dist/', import.meta.url);
/** Below `node_modules`, where the copy finds the package's own dependencies. */
const COPIES = new URL('../node_modules/.cache/gil-bench/', import.meta.url);
const ROUNDS = 300_000;
const HAND_OFFS = 2000;
const REPETITIONS = 9;

/** A copy of the package in which `from` is `to`; it must be there, and once. */
function variant(name, from, to) {
  const copy = new URL(`${name}/`, COPIES);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(COPIES, { recursive: true });
  cpSync(DIST, copy, { recursive: true });
  const hits = readdirSync(copy).filter((file) => file.endsWith('.js') && readFileSync(new URL(file, copy), 'utf8').includes(from));
  if (hits.length !== 1) throw new Error(`${name}: expected one file with ${from}; got ${hits.length}`);
  const file = new URL(hits[0], copy);
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  return new URL('index.js', copy).href;
}

async function acquireRelease(url) {
  const { GlobalLock } = await import(url);
  const lock = new GlobalLock();
  return () => {
    for (let i = 0; i < ROUNDS; i += 1) {
      lock.acquireSync();
      lock.release();
    }
  };
}

/** Microseconds from one thread's release to another's take, when the other one began to wait about a microsecond ago. */
async function handOff(url) {
  const { GlobalLock } = await import(url);
  return betweenTwo('./spin-worker.js', { url, handle: new GlobalLock().handle, rounds: HAND_OFFS, warmUp: 0.1 });
}

export async function run() {
  const itself = new URL('index.js', DIST).href;
  const uncounted = variant('uncounted', 'words[place + FINAL_DROPS] += 1;', '');
  const parking = variant('parking', 'CORES > 1 ? 200 : 0', '0');
  const counting = await ratio({ base: await acquireRelease(uncounted), subject: await acquireRelease(itself), unit: ROUNDS });
  const [spun, parked] = [[], []];
  for (let i = 0; i < REPETITIONS; i += 1) {
    parked.push(await handOff(parking));
    spun.push(await handOff(itself));
  }
  const microseconds = (values) => `${median(values).toFixed(2)} µs`;
  const spinning = Number(median(spun.map((gap, i) => gap / parked[i])).toFixed(3));
  return [
    { name: 'counting for stats(), nobody reads ÷ not counting', ...counting, reach: 1.1 },
    {
      name: 'hand-off after 1 µs: spin ÷ park at once',
      ratio: spinning,
      base: microseconds(parked),
      subject: microseconds(spun),
      reach: 0.7,
    },
  ];
}
