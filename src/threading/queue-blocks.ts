/**
 * Where a queue keeps what is not a number: blocks of 32, 64, 128, … bytes in shared memory that grows. A freed block is used again for
 * its size. Whoever dies in here loses a block at worst.
 */
import type { Words } from '../host/memory.js';
import { grow } from '../host/reserve.js';
import { QueueMemoryError } from './errors.js';
import type { Packed } from './queue-items.js';
import { BLOCK_SIZES, BYTES, FREE_BLOCKS, USED } from './queue-layout.js';

/** The smallest block, and the unit of references. */
const UNIT = 32;
/** The words at the head of a block. */
const SIZE_CLASS = 0;
/** What the bytes are; in a freed block the next one. */
const FORMAT = 1;
const KEY_LENGTH = 2;
const BODY_LENGTH = 3;
const TURN = 4;
const HEAD_BYTES = 20;

/** One thread's view of the blocks of one queue. To be used under its mutex. */
export class Blocks {
  readonly #words: Words;
  readonly #memory: SharedArrayBuffer;
  #bytes: Uint8Array;
  #cells: Int32Array;

  constructor(words: Words, memory: SharedArrayBuffer) {
    this.#words = words;
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory, 0, words[BYTES]!);
    this.#cells = new Int32Array(memory, 0, words[BYTES]! >> 2);
  }

  /**
   * Copies it into a block; `turn` tells equals apart.
   * @throws QueueMemoryError
   */
  write({ format, key, body }: Packed, turn: number): number {
    const reference = this.#allocate(HEAD_BYTES + key.length + body.length);
    const cell = (reference * UNIT) >> 2;
    this.#cells[cell + FORMAT] = format;
    this.#cells[cell + KEY_LENGTH] = key.length;
    this.#cells[cell + BODY_LENGTH] = body.length;
    this.#cells[cell + TURN] = turn;
    this.#bytes.set(key, reference * UNIT + HEAD_BYTES);
    this.#bytes.set(body, reference * UNIT + HEAD_BYTES + key.length);
    return reference;
  }

  /** A copy of what is in it. */
  read(reference: number): Packed {
    this.#renew();
    const cell = (reference * UNIT) >> 2;
    const start = reference * UNIT + HEAD_BYTES + this.#cells[cell + KEY_LENGTH]!;
    const body = new Uint8Array(this.#cells[cell + BODY_LENGTH]!);
    body.set(this.#bytes.subarray(start, start + body.length));
    return { format: this.#cells[cell + FORMAT]!, key: body, body };
  }

  /** From now on it may be used for something else. */
  free(reference: number): void {
    const cell = (reference * UNIT) >> 2;
    const list = FREE_BLOCKS + this.#cells[cell + SIZE_CLASS]!;
    this.#cells[cell + FORMAT] = this.#words[list]!;
    this.#words[list] = reference + 1;
  }

  /** Whether the key of one is before that of the other: byte by byte, and among equals who came first. */
  isBefore(one: number, other: number): boolean {
    this.#renew();
    const [cell, otherCell] = [(one * UNIT) >> 2, (other * UNIT) >> 2];
    const [start, otherStart] = [one * UNIT + HEAD_BYTES, other * UNIT + HEAD_BYTES];
    const [length, otherLength] = [this.#cells[cell + KEY_LENGTH]!, this.#cells[otherCell + KEY_LENGTH]!];
    for (let at = 0; at < length && at < otherLength; at++) {
      const difference = this.#bytes[start + at]! - this.#bytes[otherStart + at]!;
      if (difference !== 0) return difference < 0;
    }
    if (length !== otherLength) return length < otherLength;
    return ((this.#cells[cell + TURN]! - this.#cells[otherCell + TURN]!) | 0) < 0;
  }

  #allocate(bytes: number): number {
    const words = this.#words;
    const sizeClass = Math.max(0, 32 - Math.clz32(bytes - 1) - 5);
    this.#renew();
    if (sizeClass >= BLOCK_SIZES) this.#giveUp(bytes);
    const list = FREE_BLOCKS + sizeClass;
    if (words[list] !== 0) return this.#takeFreed(list);
    const reference = words[USED]!;
    const end = (reference + 2 ** sizeClass) * UNIT;
    if (end > words[BYTES]!) {
      const most = this.#memory.maxByteLength;
      const wanted = Math.max(end, Math.min(2 * words[BYTES]!, most));
      if (grow(this.#memory, wanted) === 'exhausted') return this.#takeLarger(sizeClass) ?? this.#giveUp(bytes);
      words[BYTES] = wanted;
      this.#renew();
    }
    words[USED] = reference + 2 ** sizeClass;
    this.#cells[((reference * UNIT) >> 2) + SIZE_CLASS] = sizeClass;
    return reference;
  }

  #takeFreed(list: number): number {
    const reference = this.#words[list]! - 1;
    this.#words[list] = this.#cells[((reference * UNIT) >> 2) + FORMAT]!;
    return reference;
  }

  /** When nothing is left that was never used: a freed block that is too large, and keeps its size. */
  #takeLarger(sizeClass: number): number | undefined {
    for (let list = FREE_BLOCKS + sizeClass + 1; list < FREE_BLOCKS + BLOCK_SIZES; list++) {
      if (this.#words[list] !== 0) return this.#takeFreed(list);
    }
    return undefined;
  }

  #giveUp(bytes: number): never {
    throw new QueueMemoryError(
      `put: expected room for ${bytes} more bytes in the shared memory of the queue, ${this.#memory.maxByteLength} bytes at most; there is none. ` +
        'Get items out first, give the queue a maxSize or more maxBytes, or send something smaller',
    );
  }

  #renew(): void {
    const bytes = this.#words[BYTES]!;
    if (this.#bytes.length === bytes) return;
    this.#bytes = new Uint8Array(this.#memory, 0, bytes);
    this.#cells = new Int32Array(this.#memory, 0, bytes >> 2);
  }
}
