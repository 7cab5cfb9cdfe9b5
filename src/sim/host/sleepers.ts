/**
 * Who sleeps on which word, in the order of falling asleep: the waiting lists behind `Atomics.wait`, for virtual threads.
 */
import type { Words } from '../../steps/step.js';

export class Sleepers<Thread extends object> {
  /** By the memory, not the view: every handle brings a view of its own. */
  readonly #lines = new Map<SharedArrayBuffer, Map<number, Set<Thread>>>();

  /** Falls asleep, at the end of the line. */
  add(thread: Thread, { buffer }: Words, index: number): void {
    const lines = this.#lines.get(buffer) ?? new Map<number, Set<Thread>>();
    this.#lines.set(buffer, lines);
    const line = lines.get(index);
    if (line === undefined) lines.set(index, new Set([thread]));
    else line.add(thread);
  }

  /** Wakes up by itself. */
  remove(thread: Thread, { buffer }: Words, index: number): void {
    this.#lines.get(buffer)?.get(index)?.delete(thread);
  }

  /** Takes out up to `count` who have slept longest. */
  take({ buffer }: Words, index: number, count: number): Thread[] {
    const line = this.#lines.get(buffer)?.get(index);
    const taken: Thread[] = [];
    if (line === undefined) return taken;
    for (const thread of line) {
      if (taken.length >= count) break;
      line.delete(thread);
      taken.push(thread);
    }
    return taken;
  }
}
