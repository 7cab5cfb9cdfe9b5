/**
 * The words through which a thread has another one interrupted. A thread that may be interrupted has a slot; whoever waits for it leaves
 * a request there and rings; one thread of the process, the interrupter, hears that and does it, see `interrupter.ts`. One board for the
 * process, handed down by its main thread.
 */
import { now } from './clock.js';
import { handDown, handedDown } from './handed-down.js';
import { watchChildren } from './kin.js';
import { allocate, notify, type Words } from './memory.js';
import { IS_MAIN_THREAD, onThreadExit, THREAD_NUMBER } from './thread.js';

/** What the interrupter is doing. Written by whoever starts it and by itself; read by whoever rings. */
export const STATE = 0;
export const NONE = 0;
export const RUNNING = 1;
/** It could not reach the other threads, and is not tried again. */
export const REFUSED = 2;
/** Counts rings. Written by whoever rings and by interrupted threads; the interrupter sleeps on it. */
export const ALARM = 3;
/** Not 0: the process ends. Written by its main thread; read by the interrupter, and by threads that wait inside of an interrupt. */
export const CLOSING = 4;
/** Which of the interrupters that there were is the present one: an older one that still runs leaves. Written by whoever starts one. */
export const GENERATION = 6;
/** The number of the thread that started it: it ends with that one. Written by whoever starts it. */
const STARTER = 7;
/** When the interrupter looked last, in whole milliseconds. Written by itself; read by whoever finds an old request unheard. */
export const LOOKED = 8;
/** The highest slot that was ever taken: nobody needs to look beyond. Written by whoever takes one. */
export const HIGHEST = 5;

const HEAD = 16;
const SLOT_SIZE = 8;
/** How many threads of a process can be interruptible at once: as many as a lock has places. */
export const SLOTS = 256;

/** Of a slot: the number of the thread that has it, or 0. Written by that thread, and by the one that learns of its death. */
export const TENANT = 0;
/** 1: somebody wants it interrupted. Written by whoever rings; cleared by the interrupter before it sends, so that a later request is not lost. */
export const ASKED = 1;
/** When, in whole milliseconds. Written by whoever rings, before `ASKED`; read by the interrupter. */
export const DUE = 2;
/** The number of the interrupt that is under way, or 0: there is never more than one. Written by the interrupter; cleared by the interrupted thread at its end. */
export const FLIGHT = 3;
/** 1: the thread is inside of one. Written by itself; its process's end waits for it. */
export const INSIDE = 4;

/** 1: the thread sleeps, or is about to, and is not to be woken for this. Written by itself; read by the interrupter after it has written `FLIGHT`. */
export const ASLEEP = 5;

/** The first word of a slot; slots count from 1. */
export function slotAt(slot: number): number {
  return HEAD + (slot - 1) * SLOT_SIZE;
}

/** Another layout has another name: two copies of this package in one process share it if they agree. */
const NAME = 'gil/interrupts-1';

/** The board of this process; `undefined` where its main thread does not know this package. */
export const BOARD: Words | undefined = findBoard();

function findBoard(): Words | undefined {
  const known = handedDown(NAME);
  if (known !== undefined) return new Int32Array(known);
  if (!IS_MAIN_THREAD) return undefined;
  // When this file is loaded: a program may well start its workers first.
  const words = allocate(HEAD + SLOTS * SLOT_SIZE);
  handDown(NAME, words.buffer);
  return words;
}

/** This thread's slot, taken at the first call; 0 if there is none left. */
export function takeSlot(board: Words): number {
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    if (Atomics.compareExchange(board, slotAt(slot) + TENANT, 0, THREAD_NUMBER) !== 0) continue;
    for (let highest = Atomics.load(board, HIGHEST); highest < slot; ) highest = Atomics.compareExchange(board, HIGHEST, highest, slot);
    onThreadExit(() => leaveSlots(board, THREAD_NUMBER));
    return slot;
  }
  return 0;
}

function leaveSlots(board: Words, threadNumber: number): void {
  for (let slot = Atomics.load(board, HIGHEST); slot >= 1; slot -= 1) {
    const at = slotAt(slot);
    if (Atomics.load(board, at + TENANT) !== threadNumber) continue;
    for (const word of [ASKED, FLIGHT, INSIDE, ASLEEP, TENANT]) Atomics.store(board, at + word, 0);
  }
}

/** Whoever is given a generation is to start its interrupter. */
export function beginGeneration(board: Words): number | undefined {
  if (Atomics.compareExchange(board, STATE, NONE, RUNNING) !== NONE) return undefined;
  Atomics.store(board, STARTER, THREAD_NUMBER);
  Atomics.store(board, LOOKED, milliseconds());
  return Atomics.add(board, GENERATION, 1) + 1;
}

/** The interrupter of this generation is gone, if it was the present one. Who says so first says why. */
export function endGeneration(board: Words, generation: number, state: typeof NONE | typeof REFUSED): void {
  if (Atomics.load(board, GENERATION) === generation) Atomics.compareExchange(board, STATE, RUNNING, state);
}

/** The clock of all threads in whole milliseconds, which go round; only differences mean anything. */
export function milliseconds(): number {
  return Math.trunc(now()) | 0;
}

/** How long the interrupter may hear nothing of a ring before it counts as dead, in milliseconds. */
const DEAF_AFTER = 1000;

if (BOARD !== undefined) {
  const board = BOARD;
  watchChildren((threadNumber) => {
    leaveSlots(board, threadNumber);
    if (Atomics.load(board, STARTER) === threadNumber) endGeneration(board, Atomics.load(board, GENERATION), NONE);
  });
}

/** Has the thread of a slot interrupted in so many microseconds, unless that is on its way already. */
export function ring(board: Words, slot: number, after: number): void {
  const at = slotAt(slot);
  if (Atomics.load(board, at + ASKED) === 0) {
    ask(board, slot, after);
  } else if (((milliseconds() - Atomics.load(board, LOOKED)) | 0) > DEAF_AFTER) {
    // It died with the thread that had started it, and nobody has told of that.
    Atomics.compareExchange(board, STATE, RUNNING, NONE);
  }
  sound(board);
}

/** Leaves the request. Not sooner than in so many microseconds: the clock's milliseconds are whole ones. */
export function ask(board: Words, slot: number, after: number): void {
  const at = slotAt(slot);
  Atomics.store(board, at + DUE, (milliseconds() + (after === 0 ? 0 : Math.ceil(after / 1000) + 1)) | 0);
  Atomics.store(board, at + ASKED, 1);
}

/** Wakes the interrupter. */
export function sound(board: Words): void {
  Atomics.add(board, ALARM, 1);
  notify(board, ALARM, 1);
}
