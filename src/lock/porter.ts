/**
 * Contends for a lock in the name of all the tasks of one event loop, one at a time however many wait: other threads see one waiter.
 * Which task the lock then goes to is decided when it is there, so one that comes later with a higher priority is not too late.
 */
import { runAsync } from '../steps/async.js';
import { runBlocking } from '../steps/blocking.js';
import type { Contender } from './contender.js';
import { holderIn, LOCK, NOBODY } from './layout.js';
import { aborted, LocalQueue, type Outcome, type Wish } from './local-queue.js';
import { type AcquireOptions, checkCancelError } from './options.js';
import { drop, giveBack, take, untilUnlocked } from './protocol.js';
import { isDue } from './yielding.js';

export class Porter {
  readonly #self: Contender;
  readonly #queue: LocalQueue;
  /** What it is doing: nothing, getting the lock, or waiting to see it free. */
  #errand: 'none' | 'take' | 'look' = 'none';
  #callOff = new AbortController();

  constructor(self: Contender, cancelError: Error | undefined) {
    checkCancelError(cancelError);
    this.#self = self;
    this.#queue = new LocalQueue(cancelError, () => this.#reconsider());
  }

  /** Whether any task of this event loop waits for the lock. */
  get isBusy(): boolean {
    return this.#queue.takers > 0;
  }

  /** Waits until this task has the lock: its turn. Rejects when cancelled or aborted. */
  take(options: AcquireOptions): Promise<Outcome> {
    return this.#wait('take', options);
  }

  /** Drops the lock if another thread or another task has asked for it, or the ticks are used up, and takes it again. */
  async yieldTo(ticks: number): Promise<void> {
    const self = this.#self;
    if (isDue(self, ticks)) await runAsync(drop(self, 'forced', 'now'));
    else if (self.ownRequest !== 0) runBlocking(drop(self, 'voluntary', 'later'));
    else return;
    await this.takeBack();
  }

  /** Waits until a task that had let go of the lock for a while has it back. Nothing calls this off: it is inside its critical section. */
  async takeBack(): Promise<void> {
    await this.#wait('return', {});
  }

  /** Waits until the lock is free and no task before this one wants it. */
  look(options: AcquireOptions): Promise<Outcome> {
    return this.#wait('look', options);
  }

  /** Calls off every task that waits for the lock. */
  cancel(): void {
    this.#queue.cancel();
  }

  #wait(wish: Wish, options: AcquireOptions): Promise<Outcome> {
    if (options.signal?.aborted) return Promise.reject(aborted(options.signal));
    if (wish === 'look' && !this.isBusy && holderIn(Atomics.load(this.#self.words, LOCK)) === NOBODY) return Promise.resolve('turn');
    const outcome = this.#queue.join(wish, options);
    if (this.#errand === 'none') void this.#serve();
    else this.#reconsider();
    return outcome;
  }

  /** Whoever it is on its errand for may have left, or somebody else have come. */
  #reconsider(): void {
    if (this.#errand === 'take' ? !this.isBusy : this.isBusy || this.#queue.lookers === 0) this.#callOff.abort();
  }

  async #serve(): Promise<void> {
    const self = this.#self;
    const queue = this.#queue;
    for (;;) {
      this.#errand = this.isBusy ? 'take' : queue.lookers > 0 ? 'look' : 'none';
      if (this.#errand === 'none') return;
      this.#callOff = new AbortController();
      const { signal } = this.#callOff;
      if (this.#errand === 'look') {
        const seen = await runAsync(untilUnlocked(self), signal);
        if (seen && !this.isBusy) queue.showUnlocked();
      } else {
        const got = await runAsync(take(self, Number.POSITIVE_INFINITY), signal);
        if (got && !(await queue.admit())) runBlocking(giveBack(self));
      }
    }
  }
}
