/**
 * How a thread that holds the lock learns that it is to let go: at its looks, by an interrupt, by both, or not at all. A request is the
 * same in all cases, a stamp in its breaker; this is about who carries it to a holder that does not look.
 */
import type { Dialect } from '../dialects/dialect.js';
import { ArgumentError, describe, InterruptsUnavailableError, OutOfRangeError, TooManyThreadsError } from '../errors.js';
import { SLOTS } from '../host/interrupt-board.js';
import { forgetInterrupts, type Interruptible, listenToInterrupts } from '../host/interrupted.js';
import { askToInterrupt, startInterrupter, whyNoInterrupts } from '../host/interrupts.js';
import type { Words } from '../host/memory.js';
import { IS_MAIN_THREAD } from '../host/thread.js';
import type { Contender, Delivery } from './contender.js';
import { IN_NATIVE, INTERRUPT_AFTER, INTERRUPTS, INTERVAL, placeOf, SLOT, TENANT } from './layout.js';
import { isDue, yieldBlocking } from './yielding.js';

/**
 * How a thread is made to let go of the lock that another one has asked for.
 * - `checkpoint`: at the looks that the transform places, and where it calls `checkpoint()`.
 * - `interrupt`: wherever it is in JavaScript, also in code that was never transformed; no looks are placed.
 * - `both`: at its looks; if it has not answered within `interruptAfter`, by an interrupt.
 * - `none`: only where it calls `checkpoint()`, or lets go by itself.
 */
export type Preemption = 'checkpoint' | 'interrupt' | 'both' | 'none';

/** How threads are preempted. */
export interface PreemptionOptions {
  /** How a thread is made to let go of the lock. The main thread is never interrupted. @default 'checkpoint' */
  readonly preemption?: Preemption;
  /** With `both`: how long a request may go unanswered before the thread is interrupted, in milliseconds, 0 or more. @default one switch interval */
  readonly interruptAfter?: number;
}

/** The same, checked. */
export interface CheckedPreemption {
  readonly preemption: Preemption;
  /** In microseconds; -1: one switch interval. */
  readonly after: number;
}

const PREEMPTIONS: readonly unknown[] = ['checkpoint', 'interrupt', 'both', 'none'] satisfies Preemption[];

/** What a thread's interrupts are worth at the lock of these rules, or a clear error. */
export function checkPreemption({ preemption = 'checkpoint', interruptAfter }: PreemptionOptions, dialect: Dialect): CheckedPreemption {
  if (!PREEMPTIONS.includes(preemption)) {
    throw new ArgumentError(`preemption: expected 'checkpoint', 'interrupt', 'both' or 'none'; got ${describe(preemption)}`);
  }
  if (interruptAfter !== undefined) checkAfter(interruptAfter, preemption);
  if (!isInterrupting(preemption)) return { preemption, after: 0 };
  if (dialect.request.by === 'ticks') {
    throw new ArgumentError(
      `preemption: expected 'checkpoint' or 'none' under '${dialect.name}', where no thread asks another to let go; got '${preemption}'`,
    );
  }
  const why = whyNoInterrupts();
  if (why !== undefined) {
    throw new InterruptsUnavailableError(
      `preemption: '${preemption}' needs threads that can be interrupted, and ${why}. Use 'checkpoint', and let the code be transformed`,
    );
  }
  const milliseconds = preemption === 'both' ? interruptAfter : 0;
  return { preemption, after: milliseconds === undefined ? -1 : Math.min(Math.round(milliseconds * 1000), 0x7fff_ffff) };
}

function checkAfter(interruptAfter: unknown, preemption: Preemption): void {
  if (preemption !== 'both') throw new ArgumentError(`interruptAfter: it is for preemption 'both'; got preemption '${preemption}'`);
  if (typeof interruptAfter !== 'number')
    throw new ArgumentError(`interruptAfter: expected milliseconds, 0 or more; got ${describe(interruptAfter)}`);
  if (!(interruptAfter >= 0))
    throw new OutOfRangeError(`interruptAfter: expected milliseconds, 0 or more; got ${describe(interruptAfter)}`);
}

/** Threads that are preempted so will be started by this one, which may well live longer than they. */
export function expectInterrupts(preemption: Preemption): void {
  if (isInterrupting(preemption)) startInterrupter();
}

/** Whether threads are interrupted. */
export function isInterrupting(preemption: Preemption): boolean {
  return preemption === 'interrupt' || preemption === 'both';
}

/** Whether looks are placed. */
export function hasLooks(preemption: Preemption): boolean {
  return preemption === 'checkpoint' || preemption === 'both';
}

const lookless = new WeakMap<Dialect, Dialect>();

/** By which rules the code of a thread is transformed: where it is not to look, only its `await`s are seen to, behind which it needs the lock again. */
export function rulesFor(dialect: Dialect, preemption: Preemption): Dialect {
  if (hasLooks(preemption)) return dialect;
  const rules = lookless.get(dialect) ?? { ...dialect, looks: [] };
  lookless.set(dialect, rules);
  return rules;
}

/** Of a thread's or a pool's options those that are about this; where there are none, the lock's. */
export function preemptionIn({ preemption, interruptAfter }: PreemptionOptions, lock: PreemptionOptions = {}): PreemptionOptions {
  if (preemption === undefined && interruptAfter === undefined) return preemptionIn({ preemption: 'checkpoint', ...lock });
  return { ...(preemption === undefined ? {} : { preemption }), ...(interruptAfter === undefined ? {} : { interruptAfter }) };
}

/** Carries requests to holders that may be interrupted. */
export function deliverBy(words: Words): Delivery {
  return (holder) => {
    const place = placeOf(holder);
    const slot = Atomics.load(words, place + SLOT);
    if (slot === 0) return;
    const after = words[place + INTERRUPT_AFTER]!;
    askToInterrupt(slot, after < 0 ? Atomics.load(words, INTERVAL) : after);
  };
}

const interruptibles = new WeakMap<Contender, Interruptible>();

/** From here on this thread may be interrupted when it holds the lock. Not the main thread: the interrupts of all others go through it. */
export function beInterruptible(self: Contender, { preemption, after }: CheckedPreemption): void {
  expectInterrupts(preemption);
  if (!isInterrupting(preemption) || IS_MAIN_THREAD) return;
  const interruptible = new Holder(self);
  const slot = listenToInterrupts(interruptible);
  if (slot === 0) {
    Atomics.store(self.words, self.place + TENANT, 0);
    throw new TooManyThreadsError(`${SLOTS} threads of a process can be interruptible at once, and there are as many; end some of them`);
  }
  interruptibles.set(self, interruptible);
  self.words[self.place + INTERRUPT_AFTER] = after;
  Atomics.store(self.words, self.place + SLOT, slot);
}

/** It has left the lock. */
export function beUninterruptible(self: Contender): void {
  const interruptible = interruptibles.get(self);
  if (interruptible !== undefined) forgetInterrupts(interruptible);
}

class Holder implements Interruptible {
  readonly #self: Contender;

  constructor(self: Contender) {
    this.#self = self;
  }

  interrupt(): void {
    const self = this.#self;
    if (!isDue(self, 0)) return;
    Atomics.add(self.words, INTERRUPTS, 1);
    // Between a take and what it tells of a death nothing may come that takes the lock again and is told that there was none.
    const { inherited } = self;
    yieldBlocking(self);
    self.inherited = inherited;
  }

  missed(): void {
    if (isDue(this.#self, 0)) Atomics.add(this.#self.words, IN_NATIVE, 1);
  }
}
