/**
 * The words through which a thread has another one interrupted. A thread that may be interrupted has a slot; whoever waits for it leaves
 * a request there and rings; one thread of the process, the interrupter, hears that and does it, see `interrupter.ts`. One board for the
 * process, handed down by its main thread.
 */
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
/** The highest slot that was ever taken: nobody needs to look beyond. Written by whoever takes one. */
export const HIGHEST = 5;

const HEAD = 8;
const SLOT_SIZE = 8;
/** How many threads of a process can be interruptible at once: as many as a lock has places. */
export const SLOTS = 256;

/** Of a slot: the number of the thread that has it, or 0. Written by that thread, and by the one that learns of its death. */
export const TENANT = 0;
/** 1: somebody wants it interrupted. Written by whoever rings; cleared by the interrupter before it sends, so that a later request is not lost. */
export const ASKED = 1;
/** In how many microseconds. Written by whoever rings, before `ASKED`; read by the interrupter. */
export const AFTER = 2;
/** The number of the interrupt that is under way, or 0: there is never more than one. Written by the interrupter; cleared by the interrupted thread at its end. */
export const FLIGHT = 3;
/** 1: the thread is inside of one. Written by itself; its process's end waits for it. */
export const INSIDE = 4;

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
    for (const word of [ASKED, FLIGHT, INSIDE, TENANT]) Atomics.store(board, at + word, 0);
  }
}

if (BOARD !== undefined) {
  const board = BOARD;
  watchChildren((threadNumber) => leaveSlots(board, threadNumber));
}

/** Has the thread of a slot interrupted in so many microseconds, unless that is on its way already. */
export function ring(board: Words, slot: number, after: number): void {
  const at = slotAt(slot);
  if (Atomics.load(board, at + ASKED) === 0) {
    Atomics.store(board, at + AFTER, after);
    Atomics.store(board, at + ASKED, 1);
  }
  sound(board);
}

/** Wakes the interrupter. */
export function sound(board: Words): void {
  Atomics.add(board, ALARM, 1);
  notify(board, ALARM, 1);
}
