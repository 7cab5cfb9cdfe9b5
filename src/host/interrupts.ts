/**
 * Whether threads can be interrupted here, and the life of the thread that does it: started by the first who may be interrupted, started
 * again by whoever rings when it is gone, ended before the process ends.
 */
import { Worker } from 'node:worker_threads';
import { now } from './clock.js';
import { INTERRUPTER_ENTRY } from './files.js';
import {
  BOARD,
  beginGeneration,
  CLOSING,
  endGeneration,
  HIGHEST,
  INSIDE,
  NONE,
  REFUSED,
  RUNNING,
  ring,
  STATE,
  slotAt,
  sound,
} from './interrupt-board.js';
import { overlook } from './kin.js';
import { sleepBlocking, type Words, waitBlocking } from './memory.js';
import { IS_MAIN_THREAD, isExiting, onThreadExit } from './thread.js';

/** Why threads cannot be interrupted in this process, or `undefined`: they can. */
export function whyNoInterrupts(): string | undefined {
  if (Reflect.has(process.versions, 'bun')) return 'Bun has no inspector that reaches its workers';
  if (Reflect.has(globalThis, 'Deno')) return 'Deno has no inspector that reaches its workers';
  if (!process.features.inspector) return 'this Node was built without its inspector';
  const permission: { has(scope: string): boolean } | undefined = Reflect.get(process, 'permission');
  if (permission?.has('inspector') === false) return 'the permission model is on, and forbids the inspector';
  if (BOARD === undefined) return "this process's main thread has not loaded this package: `import 'gil'` there, before it starts workers";
  if (Atomics.load(BOARD, STATE) === REFUSED) return 'the inspector could not be reached from a thread';
  return undefined;
}

/** What the thread is doing that has others interrupted. */
export function interrupterState(): 'none' | 'running' | 'refused' {
  const state = BOARD === undefined ? NONE : Atomics.load(BOARD, STATE);
  return state === RUNNING ? 'running' : state === REFUSED ? 'refused' : 'none';
}

/** Starts it, unless it runs. */
export function startInterrupter(): void {
  const board = BOARD;
  const generation = board === undefined || isExiting() ? undefined : beginGeneration(board);
  if (board === undefined || generation === undefined) return;
  const gone = (): void => endGeneration(board, generation, NONE);
  try {
    const worker = new Worker(INTERRUPTER_ENTRY, {
      workerData: { memory: board.buffer, generation },
      name: 'gil interrupter',
      // Nothing of the user's runs in it: no preloaded module, no coverage.
      execArgv: [],
      env: {},
      stdin: false,
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 },
    });
    overlook(worker);
    worker.unref();
    worker.on('error', gone);
    worker.on('exit', gone);
    // It ends with the thread that started it.
    onThreadExit(gone);
  } catch {
    endGeneration(board, generation, REFUSED);
  }
}

/** Has the thread of a slot interrupted in so many microseconds. */
export function askToInterrupt(slot: number, after: number): void {
  if (BOARD === undefined) return;
  ring(BOARD, slot, after);
  if (Atomics.load(BOARD, STATE) === NONE) startInterrupter();
}

/** How long the end of the process waits for all this to end, in milliseconds. */
const CLOSES_WITHIN = 1000;

/**
 * Node does not end while somebody's inspector is connected, and cannot end a thread that sleeps inside of an interrupt: it is told, and
 * waited for.
 */
function close(board: Words): void {
  if (Atomics.load(board, STATE) !== RUNNING) return;
  const end = now() + CLOSES_WITHIN;
  Atomics.store(board, CLOSING, 1);
  sound(board);
  while (now() < end && Atomics.load(board, STATE) === RUNNING) waitBlocking(board, CLOSING, 1, 5);
  while (now() < end && isAnybodyInside(board)) sleepBlocking(1);
  // Its farewell has still to be said, which this thread does by itself.
  sleepBlocking(2);
}

function isAnybodyInside(board: Words): boolean {
  for (let slot = Atomics.load(board, HIGHEST); slot >= 1; slot -= 1) if (Atomics.load(board, slotAt(slot) + INSIDE) !== 0) return true;
  return false;
}

if (IS_MAIN_THREAD && BOARD !== undefined) {
  const board = BOARD;
  process.once('exit', () => close(board));
}
