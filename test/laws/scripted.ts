/**
 * The laws whose point is a moment: the protocol text, driven step by step. The script says how each sleep ends, so what happens
 * between two steps is no matter of luck, an interval is exactly an interval, and no time passes.
 */
import { expect } from 'vitest';
import { CHANGED, TIMED_OUT, WOKEN } from '../../src/steps/step.js';
import { Puppet } from '../lock/puppet.js';
import { askedBy, type Contender, dropping, type Reason, requestsOf, type Settle, scriptedContenders, taking } from './contender.js';
import type { Proofs } from './suite.js';

/** Milliseconds. */
const INTERVAL = 5;

/** A lock, and three threads as a script has them. */
class Script {
  readonly #three = scriptedContenders(INTERVAL);
  readonly lock = this.#three.lock;

  take(who: 'A' | 'B' | 'C', until = Number.POSITIVE_INFINITY): Puppet<boolean> {
    return new Puppet(taking(this.thread(who), until));
  }

  drop(who: 'A' | 'B' | 'C', reason: Reason, settle: Settle): Puppet<void> {
    return new Puppet(dropping(this.thread(who), reason, settle));
  }

  /** Whether its next look will make it let go. */
  isAsked(who: 'A' | 'B' | 'C'): boolean {
    return new Puppet(askedBy(this.thread(who))).result === true;
  }

  holds(who: 'A' | 'B' | 'C'): boolean {
    return this.lock.holder()?.ident === this.thread(who).ident;
  }

  requestsOf(who: 'A' | 'B' | 'C'): number {
    return requestsOf(this.lock, this.thread(who).ident);
  }

  thread(who: 'A' | 'B' | 'C'): Contender {
    return this.#three[who];
  }
}

/** A has the lock. */
function heldByA(): Script {
  const script = new Script();
  expect(script.take('A').result).toBe(true);
  return script;
}

/** A has the lock, B waited an interval and asked. */
function askedByB(): { readonly script: Script; readonly b: Puppet<boolean> } {
  const script = heldByA();
  const b = script.take('B').wake(TIMED_OUT);
  expect(script.isAsked('A')).toBe(true);
  return { script, b };
}

export const scripted: Proofs<undefined> = {
  5() {
    const script = heldByA();
    script.drop('A', 'final', 'later');
    // To its end without a sleep, and without becoming a waiter.
    expect(script.take('B').state).toBe('done');
    expect(script.lock.stats()).toMatchObject({ holds: 2, waits: 0, requests: 0 });
  },

  6() {
    const script = heldByA();
    const b = script.take('B');
    script.drop('A', 'final', 'later');
    // B has been woken and has not run yet; C comes by.
    expect(script.take('C').result).toBe(true);
    expect(b.wake(WOKEN).state).toBe('asleep');
    script.drop('C', 'final', 'later');
    expect(b.wake(WOKEN).result).toBe(true);
  },

  7() {
    const script = heldByA();
    const b = script.take('B');
    expect(b.sleep?.second).toBe(INTERVAL);
    expect(script.isAsked('A')).toBe(false);
    // However often it is woken before the interval is over.
    for (const outcome of [WOKEN, CHANGED, WOKEN] as const) expect(b.wake(outcome).sleep?.second).toBe(INTERVAL);
    expect([script.isAsked('A'), script.requestsOf('B')]).toEqual([false, 0]);
    b.wake(TIMED_OUT);
    expect([script.isAsked('A'), script.requestsOf('B')]).toEqual([true, 1]);
  },

  8() {
    const script = heldByA();
    const b = script.take('B');
    script.drop('A', 'final', 'later');
    script.take('C');
    // Held, but by another than at the beginning of the sleep: nobody is asked, and a whole new interval begins.
    b.wake(TIMED_OUT);
    expect([script.isAsked('A'), script.isAsked('C'), script.requestsOf('B')]).toEqual([false, false, 0]);
    expect(b.sleep?.second).toBe(INTERVAL);
    // There and back counts too: it is another hold.
    script.drop('C', 'final', 'later');
    script.take('A');
    script.drop('A', 'final', 'later');
    script.take('C');
    b.wake(TIMED_OUT);
    expect([script.isAsked('C'), script.requestsOf('B')]).toEqual([false, 0]);
    b.wake(TIMED_OUT);
    expect([script.isAsked('C'), script.requestsOf('B')]).toEqual([true, 1]);
    // Free at the time-out: it is taken, not asked for.
    const other = heldByA();
    const waiter = other.take('B');
    other.drop('A', 'final', 'later');
    expect(waiter.wake(TIMED_OUT).result).toBe(true);
    expect(other.requestsOf('B')).toBe(0);
  },

  9() {
    const script = heldByA();
    const b = script.take('B');
    script.lock.switchInterval = 1;
    // The sleep it is in ends when it would have ended; the next one is by the new interval.
    expect(b.sleep?.second).toBe(INTERVAL);
    expect(b.wake(TIMED_OUT).sleep?.second).toBe(1);
    script.lock.switchInterval = 300;
    expect(b.sleep?.second).toBe(1);
    expect(b.wake(WOKEN).sleep?.second).toBe(300);
    // Below a microsecond it acts as one.
    script.lock.switchInterval = 0.0001;
    expect(b.wake(TIMED_OUT).sleep?.second).toBe(0.001);
  },

  10() {
    const { script, b } = askedByB();
    script.take('C');
    expect([script.isAsked('B'), script.isAsked('C')]).toEqual([false, false]);
    const a = script.drop('A', 'forced', 'now');
    b.wake(WOKEN);
    expect([script.isAsked('A'), script.isAsked('B'), script.isAsked('C')]).toEqual([false, false, false]);
    expect(a.wake(WOKEN).state).toBe('done');
  },

  13() {
    const { script, b } = askedByB();
    const a = script.drop('A', 'forced', 'now');
    // Free, and yet not A's to take; being woken for nothing does not change that.
    expect(script.lock.isLocked()).toBe(false);
    expect([a.state, a.wake(WOKEN).state, a.wake(CHANGED).state]).toEqual(['asleep', 'asleep', 'asleep']);
    expect(a.isStirred).toBe(false);
    b.wake(WOKEN);
    expect(a.isStirred).toBe(true);
    expect(a.wake(WOKEN).state).toBe('done');
  },

  15() {
    const script = heldByA();
    const b = script.take('B');
    // B waits and has not asked: A does not wait for it, and may win the lock straight back.
    expect(script.drop('A', 'voluntary', 'now').state).toBe('done');
    expect(script.take('A').result).toBe(true);
    expect(script.lock.stats().switches).toBe(1);
    expect(b.wake(WOKEN).state).toBe('asleep');
  },

  16() {
    const { script, b } = askedByB();
    const a = script.drop('A', 'voluntary', 'now');
    expect(a.state).toBe('asleep');
    b.wake(WOKEN);
    expect(script.holds('B')).toBe(true);
    expect(a.wake(WOKEN).state).toBe('done');
  },

  20() {
    for (const next of ['B', 'C'] as const) {
      const { script, b } = askedByB();
      const c = script.take('C');
      script.drop('A', 'forced', 'now');
      // B alone has asked. Who is woken first has it.
      (next === 'B' ? b : c).wake(WOKEN);
      expect(script.holds(next)).toBe(true);
      expect((next === 'B' ? c : b).wake(WOKEN).state).toBe('asleep');
    }
  },

  22() {
    const script = heldByA();
    const b = script.take('B');
    let slice = 0;
    // Looks all the time; what time there is passes in B's sleeps.
    while (!script.isAsked('A')) {
      slice += b.sleep?.second ?? Number.NaN;
      b.wake(TIMED_OUT);
    }
    expect(slice).toBe(INTERVAL);
  },

  24() {
    const script = heldByA();
    script.drop('A', 'voluntary', 'now');
    script.take('B');
    // The I/O of A is done. B computes and looks all the time.
    const a = script.take('A');
    const cost = a.sleep?.second;
    expect(script.isAsked('B')).toBe(false);
    a.wake(TIMED_OUT);
    expect(script.isAsked('B')).toBe(true);
    const b = script.drop('B', 'forced', 'now');
    expect(a.wake(WOKEN).result).toBe(true);
    expect(b.wake(WOKEN).state).toBe('done');
    expect(cost).toBe(INTERVAL);
  },

  39() {
    // B gives up after it asked; A has let go for it and sleeps.
    const { script, b } = askedByB();
    const a = script.drop('A', 'forced', 'now');
    expect(a.state).toBe('asleep');
    b.callOff();
    expect(a.isStirred).toBe(true);
    expect(a.wake(WOKEN).state).toBe('done');
    // It gave up before A looked: A does not even sleep.
    const early = askedByB();
    early.b.callOff();
    expect(early.script.drop('A', 'forced', 'now').state).toBe('done');
    // A final drop never sleeps, though somebody alive has asked.
    for (const settle of ['later', 'never'] as const) expect(askedByB().script.drop('A', 'final', settle).state).toBe('done');
  },
};
