/**
 * The interrupter: a thread of the process that has others interrupted. It speaks to the engine's inspector, which alone can run something
 * in a thread that is busy; and it does so from a thread of its own, because the main thread may be busy too.
 *
 * It evaluates a text in the thread, between two instructions of what runs there; the Debugger domain stays off. A paused thread that is
 * terminated never ends, and a breakpoint of a user's own debugger would be ours to answer for. Stopping a thread that is inside of an
 * evaluation ends only the evaluation: a second one, which is sent along, finds that out before the program goes on, and whoever hears of it
 * stops the thread once more.
 */
import { Session } from 'node:inspector';
import {
  ALARM,
  ASKED,
  ASLEEP,
  CLOSING,
  DUE,
  endGeneration,
  FLIGHT,
  GENERATION,
  HIGHEST,
  LOOKED,
  milliseconds,
  NONE,
  REFUSED,
  slotAt,
  TENANT,
} from './interrupt-board.js';
import { aftermathFor, expressionFor } from './interrupted.js';
import { notify, type Words, waitAsync } from './memory.js';
import { THREAD_NUMBER } from './thread.js';

/** How long to wait for a thread that the inspector does not know yet, or has lost, in milliseconds. */
const ATTACHING = 2;

/** Runs in the interrupter's thread until the process ends, or another one is the present one. */
export async function serveInterrupts(board: Words, generation: number): Promise<void> {
  let end: typeof NONE | typeof REFUSED = REFUSED;
  try {
    await new Interrupter(board, generation).run();
    end = NONE;
  } finally {
    endGeneration(board, generation, end);
    notify(board, CLOSING, 1);
  }
}

class Interrupter {
  readonly #board: Words;
  readonly #session = new Session();
  /** By the number of the thread. */
  readonly #sessions = new Map<number, string>();
  readonly #generation: number;
  /** Numbers of flights: no two interrupters use the same. */
  #flights = THREAD_NUMBER << 16;

  constructor(board: Words, generation: number) {
    this.#board = board;
    this.#generation = generation;
    const session = this.#session;
    session.connectToMainThread();
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      // `[worker 3] its name`
      const threadId = /\d+/.exec(workerInfo.title)?.[0];
      if (threadId !== undefined) this.#sessions.set(Number(threadId) + 1, sessionId);
    });
    session.on('NodeWorker.detachedFromWorker', ({ params }) => {
      for (const [thread, sessionId] of this.#sessions) if (sessionId === params.sessionId) this.#sessions.delete(thread);
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => this.#onReply(params.sessionId, params.message));
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  async run(): Promise<void> {
    const board = this.#board;
    // What another one has sent before it was gone may never arrive.
    for (let slot = Atomics.load(board, HIGHEST); slot >= 1; slot -= 1) Atomics.store(board, slotAt(slot) + FLIGHT, 0);
    while (Atomics.load(board, CLOSING) === 0 && Atomics.load(board, GENERATION) === this.#generation) {
      const seen = Atomics.load(board, ALARM);
      const next = this.#look();
      const wait = waitAsync(board, ALARM, seen, next);
      if (typeof wait !== 'number') await wait.outcome;
    }
    this.#session.disconnect();
  }

  /** Does what is due; gives in how many milliseconds the next one will be. */
  #look(): number {
    const board = this.#board;
    const time = milliseconds();
    Atomics.store(board, LOOKED, time);
    let next = Number.POSITIVE_INFINITY;
    for (let slot = Atomics.load(board, HIGHEST); slot >= 1; slot -= 1) {
      const at = slotAt(slot);
      // The end of a flight is heard of.
      if (Atomics.load(board, at + ASKED) === 0 || Atomics.load(board, at + FLIGHT) !== 0) continue;
      let left = (Atomics.load(board, at + DUE) - time) | 0;
      if (left <= 0 && !this.#interrupt(slot, at)) left = ATTACHING;
      if (left > 0) next = Math.min(next, left);
    }
    return next;
  }

  #interrupt(slot: number, at: number): boolean {
    const board = this.#board;
    const sessionId = this.#sessions.get(Atomics.load(board, at + TENANT));
    if (sessionId === undefined) return false;
    this.#flights += 1;
    if (Atomics.compareExchange(board, at + FLIGHT, 0, this.#flights) !== 0) return true;
    // After the store: the thread writes the one and then reads the other. It asks again when it wakes.
    if (Atomics.load(board, at + ASLEEP) !== 0) {
      Atomics.store(board, at + FLIGHT, 0);
      return true;
    }
    // Before the sending: a request that comes from here on is a new one.
    Atomics.store(board, at + ASKED, 0);
    this.#evaluate(sessionId, this.#flights, expressionFor(slot));
    this.#evaluate(sessionId, 0, aftermathFor(slot));
    return true;
  }

  /** Not to be stopped by breakpoints, nor to show as an error in anybody's debugger. */
  #evaluate(sessionId: string, id: number, expression: string): void {
    this.#tell(sessionId, id, 'Runtime.evaluate', { expression, silent: true, disableBreaks: true });
  }

  #tell(sessionId: string, id: number, method: string, params: object): void {
    this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method, params }) });
  }

  #onReply(sessionId: string, message: string): void {
    // Somebody has stopped the thread while it was inside: that ended the evaluation and nothing else.
    if (message.includes('Execution was terminated')) this.#tell(sessionId, 0, 'Runtime.terminateExecution', {});
    const { id } = JSON.parse(message) as { readonly id?: number };
    if (id === undefined || id === 0) return;
    // The thread itself clears this sooner, unless there was nobody to call.
    const board = this.#board;
    for (let slot = Atomics.load(board, HIGHEST); slot >= 1; slot -= 1) Atomics.compareExchange(board, slotAt(slot) + FLIGHT, id, 0);
  }
}
