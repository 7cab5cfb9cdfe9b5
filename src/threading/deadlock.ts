/**
 * Deadlock by lock order, detected and named. A lock that detects writes down where it was acquired; a thread that blocks at one writes
 * into a table for whom it waits, and follows who waits for whom. CPython Lib/importlib/_bootstrap.py: _has_deadlocked does it for module locks.
 *
 * That it raises no false alarm and misses nothing is argued in `lookout.ts`. What is not looked at: waits that end by themselves, promises, and how a
 * condition takes its lock back.
 */
import { ArgumentError, describe } from '../errors.js';
import { handDown, handedDown } from '../host/handed-down.js';
import { watchChildren } from '../host/kin.js';
import type { Words } from '../host/memory.js';
import { onThreadExit, THREAD_NUMBER } from '../host/thread.js';
import { FREE, MUTEX_WORDS, ownerIn, type Party, STATE, takeMutex } from '../lock/mutex.js';
import { HEAD, openWords } from '../lock/object-memory.js';
import { currentThread } from '../runtime/thread.js';
import type { Protocol } from '../steps/step.js';
import { callSite } from './call-site.js';
import { DeadlockError, type DeadlockedThread } from './errors.js';
import { type Look, Lookout, type Told } from './lookout.js';
import { createTable, WaitTable } from './wait-table.js';
import { waitSync } from './waiting.js';

const KIND = 'gil/deadlocks';

/** After a mutex's own words, in a lock that detects: who wrote where it was acquired, how many bytes that is, and the text. */
const ACQUIRER = HEAD + MUTEX_WORDS;
const LENGTH = ACQUIRER + 1;
const PLACE = LENGTH + 1;
/** Characters that are kept of a place and of a name; of a place the end tells most. A character is at most 3 bytes, or 6 in JSON. */
const LONGEST_PLACE = 200;
const LONGEST_NAME = 100;
const WATCH_WORDS = 2 + (LONGEST_PLACE * 3) / 4;

/** What a wait says of itself. */
interface Story {
  readonly thread: string;
  readonly waitsFor: string;
  readonly waitsAt: string;
  /** Where its owner had acquired what it waits for. */
  readonly acquiredAt: string;
}

/** What of a lock's options, or of its handle, says whether it detects. */
interface Detection {
  readonly detectDeadlocks?: 'on' | 'off';
  readonly memory?: SharedArrayBuffer;
  readonly deadlocks?: SharedArrayBuffer;
}

/**
 * How many words more than a mutex's the lock needs.
 * @throws ArgumentError
 */
export function watchWords({ detectDeadlocks = 'off' }: Detection): number {
  if (detectDeadlocks === 'on') return WATCH_WORDS;
  if (detectDeadlocks === 'off') return 0;
  throw new ArgumentError(`detectDeadlocks: expected 'on' or 'off'; got ${describe(detectDeadlocks)}`);
}

/** What watches over a lock of these options; nothing if it does not detect. */
export function watchFor(words: Words, name: string, { memory, deadlocks, detectDeadlocks }: Detection): Watch | undefined {
  if (memory === undefined ? detectDeadlocks !== 'on' : deadlocks === undefined) return undefined;
  return new Watch(words, name, knowTable(deadlocks));
}

/** Takes a mutex, blocking the thread: under watch, unless the wait ends by itself. */
export function takeSync(self: Party, until: number, watch: Watch | undefined): boolean {
  return waitSync(watch === undefined || until !== Number.POSITIVE_INFINITY ? takeMutex(self, until) : watch.take(self));
}

/** Every table that this thread knows: one, unless threads that knew nothing of each other each made their first lock. It waits in all of them. */
const tables = new Map<string, WaitTable>();

/** The table of this memory, or this thread's own. */
function knowTable(given: SharedArrayBuffer | undefined): WaitTable {
  if (tables.size === 0) {
    watchChildren(bury);
    onThreadExit(() => bury(THREAD_NUMBER));
    const inherited = handedDown(KIND);
    if (inherited !== undefined) adopt(inherited);
  }
  if (given !== undefined) return adopt(given);
  for (const table of tables.values()) return table;
  return adopt(createTable().buffer);
}

function adopt(memory: SharedArrayBuffer): WaitTable {
  const table = new WaitTable(openWords({ kind: KIND, memory }, KIND, 'detectDeadlocks'));
  const known = tables.get(table.identity);
  if (known !== undefined) return known;
  if (handedDown(KIND) === undefined) handDown(KIND, memory);
  tables.set(table.identity, table);
  return table;
}

function bury(threadNumber: number): void {
  for (const table of tables.values()) table.bury(threadNumber);
}

/** One lock that detects deadlocks. */
export class Watch {
  /** What its handle says more. */
  readonly handle: { readonly deadlocks: SharedArrayBuffer };
  readonly #words: Words;
  readonly #name: string;

  constructor(words: Words, name: string, table: WaitTable) {
    this.#words = words;
    this.#name = name;
    this.handle = { deadlocks: table.memory };
  }

  /** This thread has it: writes down where. */
  taken(): void {
    const words = this.#words;
    const bytes = new TextEncoder().encode(callSite().slice(-LONGEST_PLACE));
    Atomics.store(words, ACQUIRER, 0);
    new Uint8Array(words.buffer, PLACE * 4).set(bytes);
    Atomics.store(words, LENGTH, bytes.length);
    Atomics.store(words, ACQUIRER, THREAD_NUMBER);
  }

  /** Takes it, waiting as long as it takes. */
  *take(self: Party): Protocol<boolean> {
    const lookouts = [...tables.values()].map((table) => new Lookout(table, self.number));
    const look = this.#looker();
    const suspect: Party['suspect'] = (owner, when) => {
      self.suspect(owner, when);
      for (const lookout of lookouts) {
        const circle = lookout.look(look);
        if (circle !== undefined) throw deadlock(circle);
      }
    };
    try {
      return yield* takeMutex({ ...self, suspect }, Number.POSITIVE_INFINITY);
    } finally {
      for (const lookout of lookouts) lookout.end();
    }
  }

  /** What finds out who owns the lock, and tells of this wait. */
  #looker(): Look {
    let waitsAt: string | undefined;
    const thread = (currentThread()?.name ?? '').slice(0, LONGEST_NAME);
    const waitsFor = this.#name.slice(0, LONGEST_NAME);
    return () => {
      waitsAt ??= callSite().slice(-LONGEST_PLACE);
      const owner = ownerIn(Atomics.load(this.#words, STATE));
      const told: Story = { thread, waitsFor, waitsAt, acquiredAt: this.#acquiredAt(owner) };
      return { owner, text: JSON.stringify(told) };
    };
  }

  /** Where the owner had acquired it, or `''`: a condition takes its lock back by itself. */
  #acquiredAt(owner: number): string {
    const words = this.#words;
    if (owner === FREE || Atomics.load(words, ACQUIRER) !== owner) return '';
    return new TextDecoder().decode(new Uint8Array(words.buffer, PLACE * 4).slice(0, Atomics.load(words, LENGTH)));
  }
}

function deadlock(circle: readonly Told[]): DeadlockError {
  const told = circle.map(({ text }) => JSON.parse(text) as Story);
  const cycle = circle.map(({ thread }, index): DeadlockedThread => {
    // Whoever waits for this thread says what it holds.
    const { waitsFor: holds, acquiredAt } = told.at(index - 1)!;
    const { thread: name, waitsFor, waitsAt } = told[index]!;
    const threadId = thread - 1;
    return { thread: name || (threadId === 0 ? 'main' : `worker ${threadId}`), threadId, holds, acquiredAt, waitsFor, waitsAt };
  });
  return new DeadlockError(story(cycle), cycle);
}

function story(cycle: readonly DeadlockedThread[]): string {
  const [first] = cycle;
  if (cycle.length === 1 && first !== undefined) {
    return (
      `deadlock: ${called(first)} waits for '${first.waitsFor}' (${at(first.waitsAt)}), which it holds itself ` +
      `(acquired ${at(first.acquiredAt)}). Let go of it first, or use an RLock`
    );
  }
  const lines = cycle.map((thread, index) => {
    const next = cycle[(index + 1) % cycle.length]!;
    return (
      `  ${called(thread)} holds '${thread.holds}' (acquired ${at(thread.acquiredAt)}) and waits for '${thread.waitsFor}' ` +
      `(${at(thread.waitsAt)}), which ${called(next)} holds`
    );
  });
  return `deadlock: expected locks to be taken in one order, got ${cycle.length} threads that wait for each other:\n${lines.join('\n')}\nTake them in the same order everywhere, or wait with a timeout`;
}

function called({ thread, threadId }: DeadlockedThread): string {
  if (threadId === 0) return 'the main thread';
  return thread === `worker ${threadId}` ? thread : `thread '${thread}' (worker ${threadId})`;
}

/** Of a path only the file's name: the whole is in `cycle`. */
function at(place: string): string {
  return place === '' ? 'at a place that is not known' : `at ${place.slice(place.lastIndexOf('/') + 1)}`;
}
