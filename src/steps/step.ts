/**
 * The language in which every blocking algorithm of this package is written: a generator of steps over shared words.
 * Each `yield` of a step is a point where another thread may run; who performs it is a driver's business (blocking, async, virtual).
 */
import type { Words } from '../host/memory.js';

export type { WaitOutcome, Words } from '../host/memory.js';
export { CHANGED, TIMED_OUT, WOKEN } from '../host/memory.js';

/** What a step does. */
export type Operation = 'load' | 'store' | 'cas' | 'add' | 'wait' | 'notify' | 'now';

/** One step. A class, so that all steps have one shape: the drivers' dispatch stays monomorphic. */
export class Step {
  /** What it does. */
  readonly operation: Operation;
  /** In which words. */
  readonly words: Words;
  /** To which of them. */
  readonly index: number;
  /** `store`: the value · `cas`: expected · `add`: how much · `wait`: the value seen · `notify`: how many. */
  readonly first: number;
  /** `cas`: the new value · `wait`: the timeout in milliseconds. */
  readonly second: number;
  /** `wait`: the word that counts the sleeps in event loops on this word, or 0. */
  readonly third: number;
  constructor(operation: Operation, words: Words, index: number, first: number, second: number, third = 0) {
    this.operation = operation;
    this.words = words;
    this.index = index;
    this.first = first;
    this.second = second;
    this.third = third;
  }
}

/** An algorithm: yields steps, is given each step's result, returns `T`. */
export type Protocol<T> = Generator<Step, T, number>;

/** Reads a word; everything its last writer wrote before is visible afterwards. */
export function load(words: Words, index: number): Step {
  return new Step('load', words, index, 0, 0);
}

/** Writes a word; whoever reads it sees everything written before. */
export function store(words: Words, index: number, value: number): Step {
  return new Step('store', words, index, value, 0);
}

/** Writes `value` if the word is `expected`; gives what was there. */
export function cas(words: Words, index: number, expected: number, value: number): Step {
  return new Step('cas', words, index, expected, value);
}

/** Adds to a word; gives what was there before. */
export function add(words: Words, index: number, amount: number): Step {
  return new Step('add', words, index, amount, 0);
}

/**
 * Sleeps while the word is `seen`, at most `timeout` ms (`Infinity`: for ever); gives a `WaitOutcome`. An event loop that is busy or
 * blocked cannot act on its wake-up, and a sleep there that was called off keeps its place in the platform's line. Whoever wakes only
 * some must not count on those: the word `loops` says how many they may be at most.
 */
export function wait(words: Words, index: number, seen: number, timeout: number, loops = 0): Step {
  return new Step('wait', words, index, seen, timeout, loops);
}

/** Wakes up to `count` sleepers on the word; gives how many. */
export function notify(words: Words, index: number, count: number): Step {
  return new Step('notify', words, index, count, 0);
}

/** Milliseconds on the driver's clock. */
export function now(words: Words): Step {
  return new Step('now', words, 0, 0, 0);
}
