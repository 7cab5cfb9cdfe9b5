/**
 * The items of a queue in shared memory: a ring, a stack or a heap of slots of eight bytes. A slot holds a number as it is; what is not a
 * number is in a block, and the slot holds its reference as a NaN that no arithmetic makes.
 */
import type { Words } from '../host/memory.js';
import { grow } from '../host/reserve.js';
import { QueueMemoryError } from './errors.js';
import { Blocks } from './queue-blocks.js';
import type { Order, Packed } from './queue-items.js';
import { CAPACITY, DISORDER, GETS, HELD, HOLE, PUTS } from './queue-layout.js';

/** The upper half of a slot that holds a reference. The NaN that is an item has another one. */
const REFERENCE = 0x7ff8_5151;
const NAN = 0x7ff8_0000;
const SLOT_BYTES = 8;
/** How many slots a new queue has. */
export const FIRST_CAPACITY = 512;
/** How many a queue can have: 1 GiB of them. */
export const MOST_SLOTS = 2 ** 27;

/** One thread's view of the items of one queue. To be used under its mutex. */
export class Slots {
  readonly #words: Words;
  readonly #memory: SharedArrayBuffer;
  readonly #blocks: Blocks;
  readonly #order: Order;
  #numbers: Float64Array;
  #halves: Int32Array;

  constructor(words: Words, memory: SharedArrayBuffer, blocks: SharedArrayBuffer, order: Order) {
    this.#words = words;
    this.#memory = memory;
    this.#blocks = new Blocks(words, blocks);
    this.#order = order;
    this.#numbers = new Float64Array(memory, 0, words[CAPACITY]!);
    this.#halves = new Int32Array(memory, 0, 2 * words[CAPACITY]!);
  }

  /**
   * Puts an item in: written first, counted then.
   * @throws QueueMemoryError
   */
  push(item: number | Packed): void {
    const words = this.#words;
    const puts = words[PUTS]!;
    const size = (puts - words[GETS]!) | 0;
    if (size === words[CAPACITY]) this.#grow();
    this.#renew();
    const slot = this.#order === 'fifo' ? puts & (words[CAPACITY]! - 1) : size;
    // biome-ignore lint/suspicious/noSelfCompare: a number that is not NaN, and the fastest way to say so
    if (typeof item === 'number' && item === item) this.#numbers[slot] = item;
    else if (typeof item === 'number') this.#setHalves(slot, 0, NAN);
    else this.#setHalves(slot, this.#blocks.write(item, puts), REFERENCE);
    if (this.#order !== 'priority') {
      words[PUTS] = puts + 1;
      return;
    }
    this.#repair();
    words[DISORDER] = 1;
    words[PUTS] = puts + 1;
    this.#rise(slot);
    words[DISORDER] = 0;
  }

  /** Takes the next item out. There must be one. */
  pop(): number | Packed {
    const words = this.#words;
    this.#renew();
    const gets = words[GETS]!;
    const last = ((words[PUTS]! - gets) | 0) - 1;
    if (this.#order === 'priority') {
      this.#repair();
      this.#unroot(last);
    }
    const slot = this.#order === 'fifo' ? gets & (words[CAPACITY]! - 1) : last;
    const value = this.#numbers[slot]!;
    // biome-ignore lint/suspicious/noSelfCompare: as above
    if (value === value || this.#halves[2 * slot + 1] !== REFERENCE) {
      words[GETS] = gets + 1;
      if (this.#order === 'priority') words[DISORDER] = 0;
      return value;
    }
    const reference = this.#halves[2 * slot]!;
    const packed = this.#blocks.read(reference);
    words[GETS] = gets + 1;
    if (this.#order === 'priority') words[DISORDER] = 0;
    this.#blocks.free(reference);
    return packed;
  }

  /** Whoever was putting the heap in order died over it: nothing is lost, but the order is. */
  #repair(): void {
    const words = this.#words;
    if (words[DISORDER] === 0) return;
    this.#fill();
    const size = (words[PUTS]! - words[GETS]!) | 0;
    for (let slot = 1; slot < size; slot++) this.#rise(slot);
    words[DISORDER] = 0;
  }

  /** Gives the root the last place, which is about to be cut off, and orders the others. */
  #unroot(last: number): void {
    this.#words[DISORDER] = 1;
    if (last === 0) return;
    this.#hold(0);
    this.#move(last, 0);
    this.#fill();
    this.#hold(0);
    for (let hole = 0; ; ) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(child + 1, child)) child++;
      if (!this.#isHeldAfter(child)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#fill();
  }

  #rise(slot: number): void {
    this.#hold(slot);
    for (let hole = slot; hole > 0; ) {
      const parent = (hole - 1) >> 1;
      if (!this.#isHeldBefore(parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#fill();
  }

  /** Takes the value of a slot into the hand; the slot is the hole now. */
  #hold(slot: number): void {
    const words = this.#words;
    words[HELD] = this.#halves[2 * slot]!;
    words[HELD + 1] = this.#halves[2 * slot + 1]!;
    words[HOLE] = slot + 1;
  }

  /** Moves a value into the hole, which is then where it was. At each moment the hole's own content is a copy, or in the hand. */
  #move(from: number, hole: number): void {
    this.#setHalves(hole, this.#halves[2 * from]!, this.#halves[2 * from + 1]!);
    this.#words[HOLE] = from + 1;
  }

  /** What is in the hand goes into the hole. */
  #fill(): void {
    const words = this.#words;
    if (words[HOLE] === 0) return;
    this.#setHalves(words[HOLE]! - 1, words[HELD]!, words[HELD + 1]!);
    words[HOLE] = 0;
  }

  #isBefore(slot: number, other: number): boolean {
    const halves = this.#halves;
    return this.#compare(halves[2 * slot]!, halves[2 * slot + 1]!, halves[2 * other]!, halves[2 * other + 1]!);
  }
  #isHeldBefore(slot: number): boolean {
    const [words, halves] = [this.#words, this.#halves];
    return this.#compare(words[HELD]!, words[HELD + 1]!, halves[2 * slot]!, halves[2 * slot + 1]!);
  }
  #isHeldAfter(slot: number): boolean {
    const [words, halves] = [this.#words, this.#halves];
    return this.#compare(halves[2 * slot]!, halves[2 * slot + 1]!, words[HELD]!, words[HELD + 1]!);
  }

  /** Whether the first is before the second: numbers by value, before all else. Equal numbers are the same. */
  #compare(low: number, high: number, otherLow: number, otherHigh: number): boolean {
    if (high === REFERENCE) return otherHigh === REFERENCE && this.#blocks.isBefore(low, otherLow);
    return otherHigh === REFERENCE || toNumber(low, high) < toNumber(otherLow, otherHigh);
  }

  #setHalves(slot: number, low: number, high: number): void {
    this.#halves[2 * slot] = low;
    this.#halves[2 * slot + 1] = high;
  }

  /** Twice the slots. What is in the ring's second turn moves behind the first: into slots that nobody reads before they are announced. */
  #grow(): void {
    const words = this.#words;
    const capacity = words[CAPACITY]!;
    if (capacity >= MOST_SLOTS || grow(this.#memory, 2 * capacity * SLOT_BYTES) === 'exhausted') {
      throw new QueueMemoryError(
        `put: expected room for one more item in the shared memory of the queue; there is none after ${capacity.toLocaleString('en')}. ` +
          'Get items out first, or give the queue a maxSize',
      );
    }
    if (this.#order === 'fifo') {
      const halves = new Int32Array(this.#memory, 0, 4 * capacity);
      for (let turn = words[GETS]!; turn !== words[PUTS]; turn = (turn + 1) | 0) {
        if ((turn & capacity) === 0) continue;
        const slot = turn & (capacity - 1);
        halves[2 * (slot + capacity)] = halves[2 * slot]!;
        halves[2 * (slot + capacity) + 1] = halves[2 * slot + 1]!;
      }
    }
    words[CAPACITY] = 2 * capacity;
  }

  #renew(): void {
    const capacity = this.#words[CAPACITY]!;
    if (this.#numbers.length === capacity) return;
    this.#numbers = new Float64Array(this.#memory, 0, capacity);
    this.#halves = new Int32Array(this.#memory, 0, 2 * capacity);
  }
}

const slot = new Int32Array(2);
const number = new Float64Array(slot.buffer);

function toNumber(low: number, high: number): number {
  slot[0] = low;
  slot[1] = high;
  return number[0]!;
}
