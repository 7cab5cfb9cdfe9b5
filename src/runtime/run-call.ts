/**
 * How a worker runs one call and says how it went: through the window where it can, by a message where it must.
 */
import { now } from '../host/clock.js';
import { enterSection, leaveSection } from '../host/interrupted.js';
import type { GlobalLock } from '../lock/global-lock.js';
import { hasLooks } from '../lock/preemption.js';
import { isThenable } from '../lock/thenable.js';
import type { Channel } from './channel.js';
import { enterCall, RunningCall } from './current-task.js';
import { decodeError, type EncodedError, encodeError } from './error-codec.js';
import type { Call } from './inbox.js';
import type { Callable } from './load-task.js';
import type { EncodedOutcome, FromWorker, Times } from './messages.js';
import { beginThread, endThreadLife } from './thread-life.js';
import { leave, leaveWhenIdle, teach } from './thread-looks.js';
import { Transfer } from './transfer.js';
import { cloneError, decodeArguments, encodeResult } from './value-codec.js';
import type { Window } from './window.js';

/** Runs the calls of one worker. */
export class CallRunner {
  readonly #lock: GlobalLock;
  readonly #channel: Channel;
  readonly #window: Window | undefined;
  /** The call that runs, and what the pool said about it. */
  #seq = -1;
  #running: RunningCall | undefined;
  #reason: { readonly seq: number; readonly reason: unknown } | undefined;
  #reported: 'no' | 'yes' = 'no';
  /** Whether the next function has never run here. */
  #isNew: 'no' | 'yes' = 'no';
  /** When the last call ended. */
  ended = 0;

  constructor(lock: GlobalLock, channel: Channel, window: Window | undefined) {
    this.#lock = lock;
    this.#channel = channel;
    this.#window = window;
  }

  /** At the looks of this thread: throws if the call that runs is not wanted any more. */
  interrupt(): void {
    this.#running?.interrupt();
  }

  /** At an interrupt of this thread: nothing can be thrown at what runs there, but its signal aborts if it is not wanted any more. */
  heed(): void {
    this.#running?.listen();
  }

  /** An async function of this thread goes on. */
  resumed(): void {
    this.#running?.resumed();
  }

  /** The pool has said that a call is not wanted any more. */
  abort(seq: number, reason: EncodedError): void {
    this.#reason = { seq, reason: decodeError(reason) };
    if (seq === this.#seq) this.#running?.listen();
  }

  /**
   * Runs a call. A promise if it is not over yet. After the `last` one for now the lock is let go before anybody can learn the result:
   * who has the result finds the lock free.
   */
  run(call: Call, task: Callable | Promise<Callable>, began: number, last: 'last' | 'more'): Promise<void> | undefined {
    if (isThenable(task)) return this.#runLater(call, task as Promise<Callable>, began);
    try {
      const result = this.#call(call, task);
      if (isThenable(result)) return this.#settleLater(call, result, began);
      if (last === 'last') leave(this.#lock);
      this.#succeed(call, result, began);
    } catch (error) {
      if (last === 'last') leave(this.#lock);
      this.#fail(call, error, began);
    }
    return undefined;
  }

  async #runLater(call: Call, task: Promise<Callable>, began: number): Promise<void> {
    try {
      const loaded = await task;
      this.#isNew = 'yes';
      // Loading it was not its own time.
      const loadedAt = now();
      this.#window?.beginAnew(call.seq, loadedAt);
      await this.run(call, loaded, loadedAt, 'last');
    } catch (error) {
      this.#fail(call, error, began);
    }
  }

  #call(call: Call, task: Callable): unknown {
    const { seq, args, encoding, calls, context, life } = call;
    const lock = this.#lock;
    this.#seq = seq;
    this.#running = new RunningCall(task, context, this);
    enterCall(this.#running);
    if (life !== undefined && beginThread(life, lock.seat.ident) === 'called-off') return undefined;
    const values = encoding === 'plain' ? args : decodeArguments(args);
    if (lock.isEnabled && !lock.isHeldByCurrentThread()) lock.acquireSync();
    else if (lock.seat.breaker[0] !== 0) lock.checkpoint();
    if (this.#isNew === 'yes' && hasLooks(lock.preemption)) teach(lock);
    this.#isNew = 'no';
    const running = this.#running;
    running.enter();
    try {
      return calls === 'one' ? task(...values) : runAll(task, values as readonly (readonly unknown[])[], calls);
    } finally {
      running.leave();
    }
  }

  async #settleLater(call: Call, result: PromiseLike<unknown>, began: number): Promise<void> {
    leaveWhenIdle(this.#lock);
    try {
      const value = await result;
      leave(this.#lock);
      this.#succeed(call, value, began);
    } catch (error) {
      leave(this.#lock);
      this.#fail(call, error, began);
    }
  }

  #succeed(call: Call, result: unknown, began: number): void {
    const window = this.#window;
    if (call.life !== undefined) endThreadLife(call.life);
    const value = call.life === undefined ? result : undefined;
    const ended = now();
    this.ended = ended;
    if (window !== undefined && this.#reported === 'no' && call.calls === 'one' && window.finish(call.seq, value, ended)) {
      this.#over();
      if (window.mustRing()) this.#channel.send({ kind: 'bell' });
      return;
    }
    const times: Times = [began, ended];
    const name = this.#running?.name ?? 'task';
    try {
      if (call.calls !== 'one') this.#mail({ kind: 'chunk', seq: call.seq, outcomes: value as readonly EncodedOutcome[], times });
      else if (value instanceof Transfer) this.#mail({ kind: 'done', seq: call.seq, times, ...encodeResult(value.value) }, value.list);
      else this.#mail({ kind: 'done', seq: call.seq, times, ...encodeResult(value) });
    } catch (cause) {
      this.#mail({ kind: 'failed', seq: call.seq, error: encodeError(cloneError('result', [value], name, cause)), times });
    }
  }

  #fail(call: Call, error: unknown, began: number): void {
    this.ended = now();
    const times: Times = [began, this.ended];
    const { seq, life } = call;
    if (life !== undefined) endThreadLife(life);
    if (this.#running?.hasObeyed(error) === true) this.#mail({ kind: 'stopped', seq, times });
    else this.#mail({ kind: 'failed', seq, error: encodeError(error), times });
  }

  /** The message first: who sees in the window that it is mailed knows that the message is there. */
  #mail(message: FromWorker & { readonly seq: number }, transfer?: readonly unknown[]): void {
    this.#channel.send(message, transfer);
    this.#over();
    this.#window?.mail(message.seq);
  }

  #over(): void {
    this.#seq = -1;
    this.#running = undefined;
    this.#reported = 'no';
    enterCall(undefined);
  }

  /** @internal For the running call: what the pool has said about it, if anything. */
  unwanted(call: RunningCall): { readonly reason: unknown } | undefined {
    if (call !== this.#running) return undefined;
    // Synchronous code hears nothing; the window says when there is something to hear.
    if (this.#reason?.seq !== this.#seq && this.#window?.isUnwanted(this.#seq)) this.#hear();
    return this.#reason?.seq === this.#seq ? this.#reason : undefined;
  }

  /** An interrupt that hears too, between what has come and its being taken in, would have later messages before earlier ones. */
  #hear(): void {
    enterSection();
    try {
      this.#channel.hear();
    } finally {
      leaveSection();
    }
  }

  /** @internal For the running call. */
  report(value: unknown, call: RunningCall): void {
    // It is over: what its timers still say is nobody's progress.
    if (call !== this.#running) return;
    try {
      this.#channel.send({ kind: 'progress', seq: this.#seq, value });
    } catch (cause) {
      throw cloneError('report', [value], this.#running?.name ?? 'task', cause);
    }
    // From here on the result must not overtake this.
    this.#reported = 'yes';
  }
}

/** One after another; `stop`: until one fails. */
function runAll(task: Callable, calls: readonly (readonly unknown[])[], until: 'all' | 'stop'): unknown {
  const outcomes: EncodedOutcome[] = [];
  const fail = (error: unknown): void => void outcomes.push({ kind: 'error', error: encodeError(error) });
  const from = (start: number): unknown => {
    for (let i = start; i < calls.length; i += 1) {
      try {
        const value = task(...calls[i]!);
        if (isThenable(value)) {
          return Promise.resolve(value)
            .then((settled) => void outcomes.push({ kind: 'value', ...encodeResult(settled) }), fail)
            .then(() => (until === 'stop' && outcomes.at(-1)?.kind === 'error' ? outcomes : from(i + 1)));
        }
        outcomes.push({ kind: 'value', ...encodeResult(value) });
      } catch (error) {
        fail(error);
      }
      if (until === 'stop' && outcomes.at(-1)?.kind === 'error') break;
    }
    return outcomes;
  };
  return from(0);
}
