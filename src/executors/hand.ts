/**
 * What one worker has in hand: the calls it was offered, which of them it has begun, and what became of them, as the window shows it.
 */
import { now } from '../host/clock.js';
import type { Times } from '../runtime/messages.js';
import { SLOTS, Window } from '../runtime/window.js';
import type { Tally } from './tally.js';
import type { Finished, WorkItem } from './work-item.js';

/** How many calls a worker has in hand at least. */
const AT_LEAST = 2;
/** How much work it has in hand, if its calls are short, in milliseconds. */
const AHEAD = 2;

export class Hand {
  readonly window = new Window();
  /** `no`: the worker is another process. What it does with a call is heard when it has done it. */
  readonly #sharesMemory: 'yes' | 'no';
  readonly #tally: Tally;
  /** By number modulo SLOTS. */
  readonly #items: (WorkItem | undefined)[] = new Array(SLOTS).fill(undefined);
  #next = 0;
  #oldest = 0;
  #size = 0;
  /** No call here has a lower priority. */
  #lowest = Number.POSITIVE_INFINITY;
  /** How long a call takes; until that is known, long. From the calls since it was looked at last. */
  #meanTime = Number.POSITIVE_INFINITY;
  #runs = 0;
  #runTime = 0;

  constructor(sharesMemory: 'yes' | 'no', tally: Tally) {
    this.#sharesMemory = sharesMemory;
    this.#tally = tally;
    this.window.fallAsleep();
  }

  /** How many calls that are not done. */
  get size(): number {
    return this.#size;
  }

  /** How many more calls there should be, so that the next one is there when one is done. */
  get room(): number {
    const most = this.#sharesMemory === 'no' ? 1 : Math.max(AT_LEAST, Math.floor(AHEAD / this.#meanTime));
    return Math.min(most - this.#size, SLOTS - (this.#next - this.#oldest));
  }

  /** A priority that no call here is below. */
  get lowestPriority(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#lowest;
  }

  /** The number that the next call will have. */
  get next(): number {
    return this.#next;
  }

  /** Takes a call in. It is to be sent next. */
  enter(item: WorkItem): void {
    const seq = this.#next++;
    this.#items[seq % SLOTS] = item;
    this.#lowest = Math.min(this.lowestPriority, item.priority);
    this.#size += 1;
    item.seq = seq;
    this.window.offer(seq);
    // Nobody can call it off in another process, so it counts as begun.
    if (this.#sharesMemory === 'no') this.window.begin(seq, now());
  }

  /** The last one to enter could not be sent. */
  withdraw(item: WorkItem): void {
    this.#next -= 1;
    this.#remove(item);
    this.window.free(item.seq);
  }

  /** Takes a call out again, unless it has begun. */
  takeOut(item: WorkItem): boolean {
    if (!this.window.revoke(item.seq)) return false;
    this.#remove(item);
    return true;
  }

  hasBegun(item: WorkItem): boolean {
    return this.window.look(item.seq) !== 'waiting';
  }

  /** Whether it has begun and is not over. Of another process it is not known before it says so. */
  isRunning(item: WorkItem): boolean {
    return this.find(item.seq) === item && this.window.look(item.seq) === 'running';
  }

  /** When it began, on the clock of all threads, or was sent to another process; `undefined` if it has not. */
  beganAt(item: WorkItem): number | undefined {
    return this.hasBegun(item) ? this.window.beganAt(item.seq) : undefined;
  }

  /** The call of this number, if it is here. */
  find(seq: number): WorkItem | undefined {
    const item = this.#items[seq % SLOTS];
    return item?.seq === seq ? item : undefined;
  }

  /** Those that have not begun, the last first. */
  *waiting(): Iterable<WorkItem> {
    for (let seq = this.#next - 1; seq >= this.#oldest; seq -= 1) {
      const item = this.#items[seq % SLOTS];
      if (item === undefined) continue;
      if (this.hasBegun(item)) return;
      yield item;
    }
  }

  /** All of them, when the worker is gone or about to be. */
  empty(): { readonly begun: WorkItem[]; readonly waiting: WorkItem[] } {
    const waiting = [...this.waiting()].reverse();
    const begun = this.#items.filter((item): item is WorkItem => item !== undefined && !waiting.includes(item));
    this.#items.fill(undefined);
    this.#size = 0;
    return { begun, waiting };
  }

  /** Reads the window as far as there is something new, besides what a message has told. The worker rings when there is more. */
  collect(told?: Finished, times?: Times): Finished[] {
    const finished: Finished[] = [];
    if (told !== undefined && times !== undefined) {
      this.#ran(told.item, times[0], times[1]);
      this.#done(told.item);
      if (this.#sharesMemory === 'no') this.window.mail(told.item.seq);
      finished.push(told);
    }
    this.#read(finished);
    this.window.fallAsleep();
    this.#read(finished);
    this.#learn();
    return finished;
  }

  #ran(item: WorkItem, began: number, ended: number): void {
    this.#tally.ran(item.submittedAt, began, ended);
    this.#runs += 1;
    this.#runTime += ended - began;
  }

  /** Up at once, down by halves: one long call among short ones must not be followed by a hundred. */
  #learn(): void {
    if (this.#runs === 0) return;
    this.#meanTime = Math.max(this.#runTime / this.#runs, Math.min(this.#meanTime, AHEAD) / 2);
    this.#runs = 0;
    this.#runTime = 0;
  }

  #read(finished: Finished[]): void {
    const { window } = this;
    for (; this.#oldest < this.#next; this.#oldest += 1) {
      const seq = this.#oldest;
      const item = this.#items[seq % SLOTS];
      const sight = window.look(seq);
      if (sight === 'waiting' || sight === 'running') return;
      // Its message is on the way, and comes first.
      if (sight === 'mailed' && item !== undefined) return;
      if (sight === 'result' && item !== undefined) {
        this.#done(item);
        this.#ran(item, window.beganAt(seq), window.endedAt(seq));
        finished.push({ item, outcome: 'value', value: window.resultOf(seq) });
      }
      window.free(seq);
    }
  }

  #done(item: WorkItem): void {
    this.#remove(item);
    item.args = NOTHING;
  }

  #remove(item: WorkItem): void {
    this.#items[item.seq % SLOTS] = undefined;
    this.#size -= 1;
  }
}

const NOTHING: readonly unknown[] = [];
