/**
 * The life of a `Thread` in words that every thread can read: not begun, begun, ended, dead. It ends where it runs, so that whoever waits
 * for it needs no event loop to hear of it, neither his own nor that of whoever started it.
 */
import { handDown, handedDown } from '../host/handed-down.js';
import { IS_MAIN_THREAD, onThreadExit, THREAD_NUMBER } from '../host/thread.js';
import type { LockHandle } from '../lock/handle.js';
import { createWords, HEAD, type SyncHandle } from '../lock/object-memory.js';
import { runBlocking } from '../steps/blocking.js';
import { cas, load, notify, now, type Protocol, TIMED_OUT, type Words, wait } from '../steps/step.js';
import { hasOffspring } from './offspring.js';
import { releaseForIO } from './release.js';

/** What it is. A `Timer` is a thread that may be called off before it has begun. */
export const THREAD_KIND = 'gil/threading/thread';

/** A thread on its way to another one. */
export interface ThreadHandle extends SyncHandle {
  /** The lock that it lives under. */
  readonly lock?: LockHandle | undefined;
  /** Of a timer: when its time has come, on the clock of all threads, in milliseconds. */
  readonly until?: number | undefined;
}

/** How far its life has come; whoever starts it writes the first, it itself or whoever knows of its death the second. */
export const STATE = HEAD;
/** The number of the worker that it runs in, from 1. Written by whoever starts it. */
export const NUMBER = HEAD + 1;
/** Its identity at its lock, once it runs. */
export const IDENT = HEAD + 2;
/** Whether the process does not wait for it. */
export const DAEMON = HEAD + 3;
/** Of a timer: whether it was called off or its time had come before. */
export const TURN = HEAD + 4;
const LIFE_WORDS = 5;

export const INITIAL = 0;
export const STARTED = 1;
/** It has ended, and its worker is free. */
export const ENDED = 2;
/** It has ended, and its worker with it, or that has still to look after threads that were started there. */
export const LEFT = 3;

const WAITING = 0;
const CALLED_OFF = 1;
const HAS_COME = 2;

/** How long a joiner trusts that a thread is alive, in milliseconds. */
const SUSPECT_AFTER = 50;

/** The words of a thread that has not begun. */
export function createLife(): Words {
  return createWords(LIFE_WORDS);
}

/** Its life is over; nothing happens if it was already. */
export function* endLife(words: Words, how: typeof ENDED | typeof LEFT): Protocol<void> {
  if ((yield cas(words, STATE, STARTED, how)) === STARTED) yield notify(words, STATE, Number.POSITIVE_INFINITY);
}

/** Waits until its life is over; `false` if the time `until` came first. `suspect` is told whose worker is waited for, and when that was in vain for a while. */
export function* awaitEnd(
  words: Words,
  until: number,
  suspect: (threadNumber: number, when: 'at-first' | 'in-vain') => void,
): Protocol<boolean> {
  for (let when: 'at-first' | 'in-vain' = 'at-first'; ; ) {
    const state = yield load(words, STATE);
    if (state >= ENDED) return true;
    const left = until === Number.POSITIVE_INFINITY ? until : until - (yield now(words));
    if (left <= 0) return false;
    suspect(yield load(words, NUMBER), when);
    when = (yield wait(words, STATE, state, Math.min(left, SUSPECT_AFTER))) === TIMED_OUT ? 'in-vain' : 'at-first';
  }
}

/** Calls a timer off; `false` if its time had come. */
export function* callOff(words: Words): Protocol<boolean> {
  const seen = yield cas(words, TURN, WAITING, CALLED_OFF);
  if (seen === WAITING) yield notify(words, TURN, Number.POSITIVE_INFINITY);
  return seen !== HAS_COME;
}

/** A timer waits for its time; `false` if it was called off. */
function* awaitTurn(words: Words, until: number): Protocol<boolean> {
  for (;;) {
    const left = until - (yield now(words));
    if (left <= 0) return (yield cas(words, TURN, WAITING, HAS_COME)) === WAITING;
    if ((yield load(words, TURN)) === CALLED_OFF) return false;
    yield wait(words, TURN, WAITING, left);
  }
}

/** This worker was started for a thread. If it comes to its end before that begins, there is nobody else to tell those who wait for it. */
export function expectThread(memory: SharedArrayBuffer): void {
  onThreadExit(() => runBlocking(endLife(new Int32Array(memory), LEFT)));
}

/** The thread that runs here, if a `Thread` does. */
let running: ThreadHandle | undefined;
let farewell: 'not-arranged' | 'arranged' = 'not-arranged';

/** A `Thread` begins here, once its time has come; `called-off`: it is not to run at all. */
export function beginThread(life: ThreadHandle, ident: number): 'run' | 'called-off' {
  if (farewell === 'not-arranged') onThreadExit(() => running && runBlocking(endLife(wordsOf(running), LEFT)));
  farewell = 'arranged';
  running = life;
  const words = wordsOf(life);
  Atomics.store(words, IDENT, ident);
  if (life.until === undefined) return 'run';
  const { until } = life;
  return releaseForIO(() => runBlocking(awaitTurn(words, until))) ? 'run' : 'called-off';
}

/** The `Thread` that ran here has ended. */
export function endThreadLife(life: ThreadHandle): void {
  running = undefined;
  runBlocking(endLife(wordsOf(life), hasOffspring() ? LEFT : ENDED));
}

const MAIN = 'gil/main-thread';

/** The life of this thread when no `Thread` runs here: as long as its own. */
let own: ThreadHandle | undefined;

// When this file is loaded: a program may well start its workers first.
if (IS_MAIN_THREAD) handDown(MAIN, ownLife().memory);

function ownLife(): ThreadHandle {
  own ??= makeOwn(IS_MAIN_THREAD ? 'MainThread' : `Dummy-${THREAD_NUMBER - 1}`);
  return own;
}

function makeOwn(name: string): ThreadHandle {
  const words = createLife();
  words[STATE] = STARTED;
  words[NUMBER] = THREAD_NUMBER;
  onThreadExit(() => runBlocking(endLife(words, LEFT)));
  return { kind: THREAD_KIND, memory: words.buffer, name };
}

/** This thread is called so when no `Thread` runs here. Said once, at its beginning. */
export function nameThread(name: string): void {
  own = IS_MAIN_THREAD ? { ...ownLife(), name } : makeOwn(name);
}

/** The life of whatever runs here: of the `Thread`, or of the worker or main thread itself. */
export function currentLife(): ThreadHandle {
  return running ?? ownLife();
}

/** The life of the process's main thread; that of this thread, if it was started by one that knows nothing of this package. */
export function mainLife(): ThreadHandle {
  const memory = IS_MAIN_THREAD ? undefined : handedDown(MAIN);
  return memory !== undefined ? { kind: THREAD_KIND, memory, name: 'MainThread' } : ownLife();
}

/** The name of the `Thread` that runs here, or `undefined`. */
export function nameOfRunning(): string | undefined {
  return running?.name;
}

function wordsOf({ memory }: ThreadHandle): Words {
  return new Int32Array(memory);
}
