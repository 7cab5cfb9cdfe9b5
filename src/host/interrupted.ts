/**
 * The side of the thread that is interrupted. The engine runs `interrupted` between two instructions of whatever runs here, be it a
 * program that knows nothing of this package; what is to be done then is said by whoever listens. Not everywhere that is allowed: not
 * inside of this package's own sections, and not inside of native functions, which run to their end as C functions do in Python.
 */
import { now } from './clock.js';
import { ASKED, ASLEEP, ask, BOARD, CLOSING, FLIGHT, INSIDE, slotAt, sound, takeSlot } from './interrupt-board.js';
import { NOTHING, TIMED_OUT, type WaitOutcome, type Words, waitBlocking } from './memory.js';
import { endAtOnce, onThreadExit } from './thread.js';

/** Who does something when this thread is interrupted. */
export interface Interruptible {
  /** It is. May block. */
  interrupt(): void;
  /** It was to be, and runs native code. It will be tried again. */
  missed(): void;
}

/** How the interrupter finds what to call: by the slot, in an object that all copies of this package in a thread share. */
const HANDLERS = Symbol.for('gil.interrupts');

/** What the evaluated text is called in a stack: what it interrupted stands behind it. */
const EVALUATED = 'gil:interrupt';

/** What the interrupter has the engine evaluate in the thread of a slot. */
export function expressionFor(slot: number): string {
  return `globalThis[Symbol.for("gil.interrupts")]?.[${slot}]?.() //# sourceURL=${EVALUATED}`;
}

/** And right behind it, before anything else runs there. */
export function aftermathFor(slot: number): string {
  return expressionFor(-slot);
}

/** How long until it is tried again, in microseconds: twice as long each time, up to the last. */
const AGAIN = 1000;
const AGAIN_AT_MOST = 4000;
/** The same for a program's own `Atomics.wait`, seldom where that is dangerous: see `waitUninterrupted`. */
const AGAIN_ASLEEP = Number.parseInt(process.versions.v8 ?? '', 10) < 12 ? 50_000 : AGAIN_AT_MOST;

/** How long a thread inside of an interrupt sleeps before it looks whether the process ends, in milliseconds. */
const NAP = 10;

/** How many sections this thread is in. Counted only once it can be interrupted: beside the one atomic of a fast path two stores are a tenth of its time. */
let sections = 0;
let state: 'outside' | 'inside' | 'ended' = 'outside';
let slot = 0;
let again = AGAIN;
const listeners = new Set<Interruptible>();

/**
 * From here to `leaveSection` this thread is not interrupted: it is in the midst of a protocol, or holds a lock of this package's own that
 * others wait for without letting go of theirs. No atomics: the interrupt runs on this very thread.
 */
export function enterSection(): void {
  if (slot !== 0) sections += 1;
}

/** The end of what `enterSection` began. */
export function leaveSection(): void {
  if (slot !== 0) sections -= 1;
}

/** Has `listener` called when this thread is interrupted; not to be called in a section. The slot is what others ring at, 0 if there is none left. */
export function listenToInterrupts(listener: Interruptible): number {
  if (BOARD === undefined) return 0;
  if (slot === 0) {
    slot = takeSlot(BOARD);
    if (slot === 0) return 0;
    onThreadExit(() => {
      state = 'ended';
    });
    const handlers: Record<number, () => void> = Reflect.get(globalThis, HANDLERS) ?? {};
    handlers[slot] = interrupted;
    handlers[-slot] = endIfCutShort;
    Reflect.set(globalThis, HANDLERS, handlers);
  }
  listeners.add(listener);
  return slot;
}

/** It is not called any more. */
export function forgetInterrupts(listener: Interruptible): void {
  listeners.delete(listener);
}

/** Thrown through a wait inside of an interrupt when the process ends. */
const DOOMED = Symbol('doomed');

/**
 * What the engine calls behind each interrupt. One that was cut short has not come to its end: somebody has terminated this thread in the midst
 * of it, perhaps between letting go of the lock and taking it again. The program must not go on without it until it is terminated anew.
 */
function endIfCutShort(): void {
  if (BOARD === undefined || state === 'ended' || Atomics.load(BOARD, slotAt(slot) + INSIDE) === 0) return;
  state = 'ended';
  Atomics.store(BOARD, slotAt(slot) + INSIDE, 0);
  // The last act, as below.
  endAtOnce();
}

/** What the engine calls. Whoever terminates a thread in here only ends the call: see `interrupter.ts` for what follows. */
function interrupted(): void {
  const board = BOARD;
  if (board === undefined || state !== 'outside') return;
  const at = slotAt(slot);
  Atomics.store(board, at + INSIDE, 1);
  const doomed = Atomics.load(board, CLOSING) === 0 && attend(board) === DOOMED;
  Atomics.store(board, at + INSIDE, 0);
  Atomics.store(board, at + FLIGHT, 0);
  // After the store: whoever has rung meanwhile was not heard because of this flight.
  if (Atomics.load(board, at + ASKED) !== 0) sound(board);
  // The last act: a call after this one would be where the engine stops, and what stops in here does not stop the thread.
  if (doomed) endAtOnce();
}

function attend(board: Words): unknown {
  const where = sections > 0 ? 'section' : whereabouts(interrupted);
  // Nothing runs here: this is an event loop at rest, and what it holds it holds for a task that waits.
  if (where === 'idle') return undefined;
  if (where !== 'javascript') {
    if (where !== 'section') for (const listener of listeners) listener.missed();
    ask(board, slot, where === 'asleep' ? AGAIN_ASLEEP : again);
    again = Math.min(again * 2, AGAIN_AT_MOST);
    return undefined;
  }
  again = AGAIN;
  state = 'inside';
  try {
    for (const listener of listeners) listener.interrupt();
  } catch (error) {
    return error;
  } finally {
    state = 'outside';
  }
  return undefined;
}

/**
 * Sleeps as `waitBlocking` does. A thread that can be interrupted is not while it sleeps, where there is nothing to take from it: one
 * that is terminated just then would take the whole process with it on Node 20 (V8 before 12: FutexEmulation::WaitJs32, a failed check).
 */
export function waitUninterrupted(words: Words, index: number, seen: number, timeout: number): WaitOutcome {
  if (slot === 0 || BOARD === undefined) return waitBlocking(words, index, seen, timeout);
  if (state === 'inside') return waitInside(words, index, seen, timeout);
  const at = slotAt(slot);
  Atomics.store(BOARD, at + ASLEEP, 1);
  enterSection();
  try {
    for (const end = now() + LANDING; Atomics.load(BOARD, at + FLIGHT) !== 0 && now() < end; );
    return waitBlocking(words, index, seen, timeout);
  } finally {
    leaveSection();
    Atomics.store(BOARD, at + ASLEEP, 0);
    if (Atomics.load(BOARD, at + ASKED) !== 0) sound(BOARD);
  }
}

/** Blocks the thread for `ms` milliseconds, in the same way. */
export function sleepUninterrupted(ms: number): void {
  waitUninterrupted(NOTHING, 0, 0, ms);
}

/** How long a thread that is about to sleep waits for an interrupt that is on its way, in milliseconds. */
const LANDING = 20;

/** Inside of an interrupt the end of the process would not end a sleep: it is looked for. */
function waitInside(words: Words, index: number, seen: number, timeout: number): WaitOutcome {
  const end = now() + timeout;
  for (let left = timeout; ; left = end - now()) {
    const outcome = waitBlocking(words, index, seen, Math.min(left, NAP));
    if (BOARD !== undefined && Atomics.load(BOARD, CLOSING) !== 0) throw DOOMED;
    if (outcome !== TIMED_OUT || left <= NAP) return outcome;
  }
}

/** Whether a wait was ended because the process ends: nothing is to be put in order any more. */
export function isDoomed(error: unknown): boolean {
  return error === DOOMED;
}

/**
 * What was running when the engine called: the frame above that of the evaluated text. Native functions have no line, and machine code that
 * came as WebAssembly is native too. Whatever the program has done to `Error` is as before afterwards; where it cannot be changed, nothing
 * is known, and the thread is left alone.
 */
function whereabouts(caller: () => void): 'javascript' | 'native' | 'asleep' | 'idle' {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = 4;
    Error.prepareStackTrace = (_, frames) => frames;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, caller);
    const frames = holder.stack as readonly NodeJS.CallSite[];
    // Sought and not counted: were somebody's wrapper in between, a sleep would be taken for JavaScript, and a sleep in a sleep is the engine's end.
    const evaluated = frames.findIndex((frame) => frame.getScriptNameOrSourceURL() === EVALUATED);
    if (evaluated < 0) return 'native';
    const running = frames[evaluated + 1];
    if (running === undefined) return 'idle';
    if (running.getLineNumber() !== null && running.getScriptNameOrSourceURL()?.startsWith('wasm:') !== true) return 'javascript';
    return running.getFunctionName() === 'wait' && running.getTypeName() === 'Atomics' ? 'asleep' : 'native';
  } catch {
    return 'native';
  } finally {
    restore('stackTraceLimit', stackTraceLimit);
    restore('prepareStackTrace', prepareStackTrace);
  }
}

function restore(name: 'stackTraceLimit' | 'prepareStackTrace', value: unknown): void {
  if (value === undefined) Reflect.deleteProperty(Error, name);
  else Reflect.set(Error, name, value);
}
