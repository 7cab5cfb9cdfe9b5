/**
 * A thread of a schedule that is run live: a module task of a pool. The function's text was made ready by whoever submits it.
 */
import type { Words } from '../host/memory.js';
import { GlobalLock } from '../lock/global-lock.js';
import { Gate, type Turn } from '../runtime/gate.js';
import { linkFunction, type TaskSource } from '../transform/link.js';
import { SURROUNDINGS } from './surroundings.js';

/** Runs the function on the state, look by look, as the turns say. */
export async function runGated(source: TaskSource, words: Words, turns: readonly Turn[], thread: number, state: unknown): Promise<unknown> {
  const gate = new Gate(words, turns, thread, GlobalLock.default);
  const body = linkFunction(source, gate.looks, await SURROUNDINGS.exports([...source.uses.exports, ...source.uses.members]));
  gate.begin();
  try {
    return body(state);
  } finally {
    gate.end();
  }
}
