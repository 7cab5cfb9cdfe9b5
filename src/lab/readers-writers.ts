/**
 * A lesson: a lock for readers and writers, made from a condition. Readers may be inside together, a writer only alone. Without it a
 * reader sees what a writer has half done. In parallel, so that nothing is right by the grace of the GIL.
 */
import { InterpreterPool } from '../executors/interpreter-pool.js';
import { SharedArray } from '../shared/array.js';
import { Barrier } from '../threading/barrier.js';
import { Condition } from '../threading/condition.js';
import { Event } from '../threading/event.js';
import { Lock } from '../threading/lock.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { onEveryWorker } from './work.js';

const READERS = 3;
const WRITERS = 2;
/** How often each goes in. */
const VISITS = 100;
/** How long a writer stays inside, in ms. */
const STAY = 0.1;
/** The same for the first one, who comes while all readers are inside: they stay shorter, and would see him. */
const LONG_STAY = 20;
const WRITES = WRITERS * VISITS + 1;
const READS = READERS * VISITS + READERS;

/** A book of two pages that must say the same, and its lock. */
interface Book {
  readonly pages: SharedArray<'int32'>;
  /** How many readers are inside, writers inside, writers waiting. */
  readonly state: SharedArray<'int32'>;
  readonly changed: Condition;
  /** Never set: to wait for a while. */
  readonly clock: Event;
}

/** What a visitor saw. */
interface Seen {
  readonly readers: number;
  readonly writersNotAlone: number;
  readonly torn: number;
}

export const readersWriters: Experiment = {
  name: 'readers-writers',
  claim: 'Readers may share what a writer must have alone',
  question: 'Are readers inside together, is a writer ever not alone, and does a reader see a page half written?',
  article: 'no figure',
  cpython: 'threading has no such lock; by its documentation a Condition is what one makes it from (3.13)',
  expectation: `${READERS} readers inside at once, no writer with company, no page half written; without the lock one is`,
  async run(context: Context): Promise<Outcome> {
    await using pool = new InterpreterPool(READERS + WRITERS);
    const met = new Barrier(READERS);
    const half = new Barrier(2);

    context.progress('without a lock');
    const bare = openBook();
    await onEveryWorker(pool, ({ pages }: Book) => pages.length, bare);
    const [torn] = await Promise.all([pool.submit(peek, bare, half), pool.submit(scrawl, bare, half)]);

    context.progress('readers and writers with a lock');
    const book = openBook();
    // First all readers, once: they leave only when all of them have been inside together, and a writer has come.
    const together = await Promise.all([
      ...Array.from({ length: READERS }, () => pool.submit(read, book, 1, met)),
      pool.submit(write, book, 1, { after: READERS, stay: LONG_STAY }),
    ]);
    const visits = await Promise.all([
      ...Array.from({ length: READERS }, () => pool.submit(read, book, VISITS, null)),
      ...Array.from({ length: WRITERS }, () => pool.submit(write, book, VISITS, { after: 0, stay: STAY })),
    ]);
    const seen = [...together, ...visits];
    const inside = Math.max(...seen.map(({ readers }) => readers));
    const notAlone = seen.reduce((sum, each) => sum + each.writersNotAlone, 0);
    const tornWithLock = seen.reduce((sum, each) => sum + each.torn, 0);
    const written = book.pages.at(0);
    return {
      holds: torn === 1 && inside === READERS && notAlone === 0 && tornWithLock === 0 && written === WRITES,
      live: `up to ${inside} readers inside at once, ${notAlone} of ${WRITES} writes not alone, ${tornWithLock} of ${READS} reads half written; without the lock ${torn} of 1`,
      figures: {
        readers: READERS,
        writers: WRITERS,
        mostReadersInside: inside,
        writes: written,
        writersNotAlone: notAlone,
        reads: READS,
        halfWritten: tornWithLock,
        halfWrittenWithoutLock: torn,
      },
      notes: [
        'A reader that comes while a writer waits waits behind it: otherwise readers that keep coming would keep writers out for ever.',
      ],
    };
  },
};

function openBook(): Book {
  return {
    pages: new SharedArray('int32', 2),
    state: new SharedArray('int32', 3),
    changed: new Condition(new Lock({ name: 'book' })),
    clock: new Event(),
  };
}

/** Reads so often; if it is to meet the other readers, it stays until all are inside and a writer has come, and a little longer. */
function read({ pages: { values: pages }, state: { values: state }, changed, clock }: Book, visits: number, met: Barrier | null): Seen {
  const seen = { readers: 0, writersNotAlone: 0, torn: 0 };
  for (let visit = 0; visit < visits; visit += 1) {
    changed.acquireSync();
    while (state[1]! + state[2]! > 0) changed.waitSync();
    state[0]! += 1;
    changed.release();

    met?.waitSync({ timeout: 10_000 });
    seen.readers = Math.max(seen.readers, Atomics.load(state, 0));
    while (met !== null && Atomics.load(state, 1) + Atomics.load(state, 2) === 0) clock.waitSync({ timeout: 1 });
    if (met !== null) clock.waitSync({ timeout: 2 });
    seen.writersNotAlone += Atomics.load(state, 1);
    if (Atomics.load(pages, 0) !== Atomics.load(pages, 1)) seen.torn += 1;

    changed.acquireSync();
    state[0]! -= 1;
    if (state[0] === 0) changed.notifyAll();
    changed.release();
  }
  return seen;
}

/** Writes both pages so often, and comes when so many readers are inside. */
function write(
  { pages: { values: pages }, state: { values: state }, changed, clock }: Book,
  visits: number,
  { after, stay }: { after: number; stay: number },
): Seen {
  const seen = { readers: 0, writersNotAlone: 0, torn: 0 };
  while (Atomics.load(state, 0) < after) clock.waitSync({ timeout: 1 });
  for (let visit = 0; visit < visits; visit += 1) {
    changed.acquireSync();
    state[2]! += 1;
    while (state[0]! + state[1]! > 0) changed.waitSync();
    state[2]! -= 1;
    state[1]! += 1;
    changed.release();

    pages[0]! += 1;
    clock.waitSync({ timeout: stay });
    if (Atomics.load(state, 0) > 0 || Atomics.load(state, 1) !== 1) seen.writersNotAlone += 1;
    pages[1]! += 1;

    changed.acquireSync();
    state[1]! -= 1;
    changed.notifyAll();
    changed.release();
  }
  return seen;
}

/** Writes one page, meets the reader, and writes the other one when that has read. */
function scrawl({ pages: { values: pages } }: Book, half: Barrier): void {
  pages[0]! += 1;
  half.waitSync({ timeout: 10_000 });
  half.waitSync({ timeout: 10_000 });
  pages[1]! += 1;
}

/** How many half written books it sees. */
function peek({ pages: { values: pages } }: Book, half: Barrier): number {
  half.waitSync({ timeout: 10_000 });
  const torn = pages[0] === pages[1] ? 0 : 1;
  half.waitSync({ timeout: 10_000 });
  return torn;
}
