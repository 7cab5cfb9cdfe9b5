/**
 * What a pool and one of its workers see of the calls between them, without a message: which are begun, called off, done. A call that was
 * sent ahead can still be called off or given to another worker, because it is the worker that begins it, by one compare-and-swap; a result
 * that is a number needs no clone, and one bell tells of many.
 *
 * A call's slot is its number modulo `SLOTS`. The states of a slot, and who writes them:
 *
 * | state                    | written by               | means                                                           |
 * | ------------------------ | ------------------------ | --------------------------------------------------------------- |
 * | FREE                     | pool                     | nothing; the slot may be used                                    |
 * | OFFERED                  | pool, before it sends    | the worker may begin it, the pool may call it off               |
 * | BEGUN                    | worker, from OFFERED     | it runs: too late to call it off                                |
 * | REVOKED                  | pool, from OFFERED       | called off; the worker has yet to meet it                       |
 * | PASSED                   | worker, from REVOKED     | the worker has met it                                           |
 * | MAILED                   | worker, from BEGUN       | over, and a message that was sent before says how               |
 * | NOTHING … NUMBER         | worker, from BEGUN       | over, and this is the result                                    |
 */

/** How many calls there can be between a pool and a worker. */
export const SLOTS = 1024;

const FREE = 0;
const OFFERED = 1;
const BEGUN = 2;
const REVOKED = 3;
const PASSED = 4;
const MAILED = 5;
const NOTHING = 6;
const NULL = 7;
const TRUE = 8;
const FALSE = 9;
const NUMBER = 10;

/** Not 0: the pool has seen all there was, and sleeps. Set by the pool, taken by the worker that rings the bell. */
const ASLEEP = 0;
/** The number of the call that is to be given up, plus 1. Written by the pool; read by the worker at its looks. */
const UNWANTED = 1;
const HEAD = 16;

/** What the pool finds in a slot. */
export type Sight = 'waiting' | 'running' | 'passed' | 'mailed' | 'result';

/** The memory between a pool and a worker. */
export class Window {
  /** To be sent to the worker. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  /** Three for each slot: the result, when it began, when it ended. */
  readonly #numbers: Float64Array;

  constructor(memory = new SharedArrayBuffer((HEAD + SLOTS) * 4 + SLOTS * 3 * 8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, HEAD + SLOTS);
    this.#numbers = new Float64Array(memory, (HEAD + SLOTS) * 4);
  }

  /** Pool: call `seq` is about to be sent. */
  offer(seq: number): void {
    // Plain: the message that follows orders it.
    this.#words[slotOf(seq)] = OFFERED;
  }

  /** Pool: calls it off, unless it has begun. */
  revoke(seq: number): boolean {
    return Atomics.compareExchange(this.#words, slotOf(seq), OFFERED, REVOKED) === OFFERED;
  }

  /** Pool: what has become of it. */
  look(seq: number): Sight {
    const state = Atomics.load(this.#words, slotOf(seq));
    if (state >= NOTHING) return 'result';
    if (state === MAILED) return 'mailed';
    if (state === PASSED) return 'passed';
    return state === BEGUN ? 'running' : 'waiting';
  }

  /** Pool: the result that `look` has seen. */
  resultOf(seq: number): undefined | null | boolean | number {
    const state = this.#words[slotOf(seq)]!;
    if (state === NUMBER) return this.#numbers[(seq % SLOTS) * 3]!;
    if (state === NOTHING) return undefined;
    return state === NULL ? null : state === TRUE;
  }

  /** Pool: when it began; Infinity while it is being loaded. Only while it runs or after. */
  beganAt(seq: number): number {
    return this.#numbers[(seq % SLOTS) * 3 + 1]!;
  }

  /** Pool: when it ended. Only with a result. */
  endedAt(seq: number): number {
    return this.#numbers[(seq % SLOTS) * 3 + 2]!;
  }

  /** Pool: it has taken notice of what became of it. */
  free(seq: number): void {
    this.#words[slotOf(seq)] = FREE;
  }

  /** Pool: from here on it wants to be told. It must look once more afterwards: what came before this rang no bell. */
  fallAsleep(): void {
    Atomics.store(this.#words, ASLEEP, 1);
  }

  /** Pool: the worker should give up call `seq`. */
  giveUp(seq: number): void {
    Atomics.store(this.#words, UNWANTED, markOf(seq));
  }

  /** Worker: begins it, unless it was called off. */
  begin(seq: number, time: number): boolean {
    // Before the state says that it is there.
    this.#numbers[(seq % SLOTS) * 3 + 1] = time;
    const slot = slotOf(seq);
    if (Atomics.compareExchange(this.#words, slot, OFFERED, BEGUN) === OFFERED) return true;
    Atomics.store(this.#words, slot, PASSED);
    return false;
  }

  /** Worker: what it runs had to be loaded first, and only now begins. */
  beginAnew(seq: number, time: number): void {
    this.#numbers[(seq % SLOTS) * 3 + 1] = time;
  }

  /** Worker: it is over with this result. `false` if a result like this must be sent as a message. */
  finish(seq: number, result: unknown, time: number): boolean {
    const state = stateFor(result);
    if (state === MAILED) return false;
    const numbers = (seq % SLOTS) * 3;
    this.#numbers[numbers + 2] = time;
    if (state === NUMBER) this.#numbers[numbers] = result as number;
    // The pool, which reads this first, then finds the numbers.
    Atomics.store(this.#words, slotOf(seq), state);
    return true;
  }

  /** Worker: it is over, and a message that has been sent says how. */
  mail(seq: number): void {
    Atomics.store(this.#words, slotOf(seq), MAILED);
  }

  /** Worker: whether the pool must be told that there is something new. Asked after it is there; answered with yes once. */
  mustRing(): boolean {
    return Atomics.load(this.#words, ASLEEP) !== 0 && Atomics.exchange(this.#words, ASLEEP, 0) !== 0;
  }

  /** Worker: whether call `seq` is to be given up. */
  isUnwanted(seq: number): boolean {
    return Atomics.load(this.#words, UNWANTED) === markOf(seq);
  }
}

function slotOf(seq: number): number {
  return HEAD + (seq % SLOTS);
}

/** A word for a number that may outgrow a word. Never 0 by itself: a pool would have to send some thousand million calls to one worker. */
function markOf(seq: number): number {
  return (seq + 1) | 0;
}

function stateFor(result: unknown): number {
  if (typeof result === 'number') return NUMBER;
  if (result === undefined) return NOTHING;
  if (result === null) return NULL;
  return typeof result === 'boolean' ? (result ? TRUE : FALSE) : MAILED;
}
