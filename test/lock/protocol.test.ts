/**
 * The protocol text itself, driven step by step: a scripted driver performs each step on real words and decides how every sleep ends.
 * So the order of two threads' steps is the test's choice, and no time passes.
 */
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/registry.js';
import { bury } from '../../src/lock/burial.js';
import { type Contender, createContender } from '../../src/lock/contender.js';
import {
  ABANDONED,
  BREAKER,
  createWords,
  HIGHEST,
  holderIn,
  INTERVAL,
  LAST_HOLDER,
  LOCK,
  placeOf,
  SWITCH_NUMBER,
  stamp,
  TENANT,
  waitersIn,
} from '../../src/lock/layout.js';
import { drop, take } from '../../src/lock/protocol.js';
import { isAsked } from '../../src/lock/request.js';
import { perform } from '../../src/steps/perform.js';
import { CHANGED, type Step, TIMED_OUT, WOKEN, type Words } from '../../src/steps/step.js';
import { Puppet } from './puppet.js';

function contender(words: Words, ident: number): Contender {
  words[placeOf(ident) + TENANT] = ident;
  words[HIGHEST] = Math.max(words[HIGHEST] as number, ident);
  return createContender(words, ident, dialects['cpython-3.13']);
}

const setUp = () => {
  const words = createWords(5000);
  const [a, b, c] = [1, 2, 3].map((ident) => contender(words, ident)) as [Contender, Contender, Contender];
  expect(new Puppet(take(a, Number.POSITIVE_INFINITY)).result).toBe(true);
  return { words, a, b, c };
};
const forever = Number.POSITIVE_INFINITY;
const breaker = (thread: Contender) => thread.words[thread.place + BREAKER] as number;

describe('a waiter', () => {
  it('sleeps one interval and then asks, again after each further interval (laws 7 and 8)', () => {
    const { words, a, b } = setUp();
    const waiter = new Puppet(take(b, forever));
    expect(waiter.sleep?.second).toBe(5);
    expect(breaker(a)).toBe(0);
    waiter.wake(TIMED_OUT);
    expect(breaker(a)).toBe(stamp(words[SWITCH_NUMBER] as number));
    words[a.place + BREAKER] = 0;
    waiter.wake(TIMED_OUT);
    expect(breaker(a)).toBe(stamp(words[SWITCH_NUMBER] as number));
  });

  it('asks nobody when the lock changed hands while it slept (law 8)', () => {
    const { words, a, b, c } = setUp();
    const waiter = new Puppet(take(b, forever));
    new Puppet(drop(a, 'final', 'never'));
    expect(new Puppet(take(c, forever)).result).toBe(true);
    waiter.wake(TIMED_OUT);
    expect([breaker(a), breaker(c)]).toEqual([0, 0]);
    expect(waiter.state).toBe('asleep');
    // A whole new interval later it does.
    waiter.wake(TIMED_OUT);
    expect(breaker(c)).toBe(stamp(words[SWITCH_NUMBER] as number));
  });

  it('asks nobody when it was woken and lost the race', () => {
    const { a, b } = setUp();
    const waiter = new Puppet(take(b, forever)).wake(WOKEN).wake(CHANGED);
    expect(waiter.state).toBe('asleep');
    expect(breaker(a)).toBe(0);
  });

  it('reads the interval anew on each turn, and sleeps at least a microsecond (law 9)', () => {
    const { words, b } = setUp();
    const waiter = new Puppet(take(b, forever));
    words[INTERVAL] = 1;
    expect(waiter.sleep?.second).toBe(5);
    expect(waiter.wake(TIMED_OUT).sleep?.second).toBe(0.001);
    words[INTERVAL] = 0;
    expect(waiter.wake(TIMED_OUT).sleep?.second).toBe(0.001);
  });

  it('that gives up is no longer counted', () => {
    const { words, b } = setUp();
    const waiter = take(b, forever);
    let turn = waiter.next();
    while (!turn.done && turn.value.operation !== 'wait') turn = waiter.next(perform(turn.value));
    expect(waitersIn(words[LOCK] as number)).toBe(1);
    let withdrawal = waiter.return(false);
    while (!withdrawal.done) withdrawal = waiter.next(perform(withdrawal.value));
    expect(waitersIn(words[LOCK] as number)).toBe(0);
  });
});

describe('a request', () => {
  it('that arrives after the hold it was meant for is stale, and is swept away', () => {
    const { words, a, b } = setUp();
    const late = stamp(words[SWITCH_NUMBER] as number);
    new Puppet(drop(a, 'final', 'never'));
    new Puppet(take(b, forever));
    new Puppet(drop(b, 'final', 'never'));
    new Puppet(take(a, forever));
    words[a.place + BREAKER] = late;
    expect(new Puppet(isAsked(a)).result).toBe(false);
    expect(breaker(a)).toBe(0);
  });

  it('goes to the holder only, and is gone when the lock is taken (law 10)', () => {
    const { a, b, c } = setUp();
    const [second, third] = [new Puppet(take(b, forever)), new Puppet(take(c, forever))];
    second.wake(TIMED_OUT);
    expect([breaker(a) !== 0, breaker(b), breaker(c)]).toEqual([true, 0, 0]);
    const dropping = new Puppet(drop(a, 'forced', 'now'));
    expect(dropping.state).toBe('asleep');
    // Not the one who asked: whoever is woken may take it (law 20).
    expect(third.wake(WOKEN).result).toBe(true);
    expect([breaker(a), breaker(b), breaker(c)]).toEqual([0, 0, 0]);
    expect(dropping.wake(CHANGED).state).toBe('done');
  });
});

describe('a forced dropper', () => {
  it('sleeps until another thread has the lock (law 13)', () => {
    const { a, b } = setUp();
    const waiter = new Puppet(take(b, forever)).wake(TIMED_OUT);
    const dropper = new Puppet(drop(a, 'forced', 'now'));
    expect(dropper.wake(WOKEN).state).toBe('asleep');
    waiter.wake(WOKEN);
    expect(dropper.wake(WOKEN).state).toBe('done');
  });

  it('goes on when nobody wants the lock any more (law 39), and when nobody who does is alive', () => {
    const { a, b } = setUp();
    const asking = take(b, forever);
    const asker = new Puppet(asking).wake(TIMED_OUT);
    const dropper = new Puppet(drop(a, 'forced', 'now'));
    for (let doubt = 0; doubt < 24; doubt += 1) expect(dropper.wake(TIMED_OUT).state).toBe('asleep');
    expect(dropper.wake(TIMED_OUT).state).toBe('done');
    expect(asker.state).toBe('asleep');

    expect(new Puppet(take(a, forever)).result).toBe(true);
    asker.wake(TIMED_OUT);
    const again = new Puppet(drop(a, 'forced', 'now'));
    new Puppet(bury(b, a));
    expect(again.wake(WOKEN).state).toBe('done');
  });

  it('that did not wait at the drop waits at its next take, and a time limit holds there too', () => {
    const { a, b } = setUp();
    const waiter = new Puppet(take(b, forever)).wake(TIMED_OUT);
    expect(new Puppet(drop(a, 'voluntary', 'later')).state).toBe('done');
    // The lock is free, but it is not this thread's turn.
    expect(new Puppet(take(a, Number.NEGATIVE_INFINITY)).result).toBe(false);
    const again = new Puppet(take(a, forever));
    expect(again.state).toBe('asleep');
    waiter.wake(WOKEN);
    expect(waiter.result).toBe(true);
    again.wake(WOKEN);
    new Puppet(drop(b, 'final', 'never'));
    expect(again.wake(WOKEN).result).toBe(true);
  });

  it('owes that wait as a thread: a task of its own that has waited long pays it too', () => {
    const { a, b } = setUp();
    const own = new Puppet(take(a, forever));
    const waiter = new Puppet(take(b, forever)).wake(TIMED_OUT);
    new Puppet(drop(a, 'final', 'later'));
    expect(own.wake(WOKEN).state).toBe('asleep');
    expect(waiter.wake(WOKEN).result).toBe(true);
    expect(own.wake(WOKEN).state).toBe('asleep');
    new Puppet(drop(b, 'final', 'never'));
    expect(own.wake(WOKEN).result).toBe(true);
  });

  it('of a final drop does not wait at all', () => {
    const { a, b } = setUp();
    new Puppet(take(b, forever)).wake(TIMED_OUT);
    expect(new Puppet(drop(a, 'final', 'never')).state).toBe('done');
  });
});

describe('the dead', () => {
  it('leave everything in order, at whatever step of take and drop they died', () => {
    // Runs a thread for `steps` steps and no further, buries it, and then another thread must get the lock.
    for (const begin of ['take', 'wait', 'drop'] as const) {
      for (let steps = 0; steps < 40; steps += 1) {
        const words = createWords(5000);
        const [a, b, c] = [1, 2, 3].map((ident) => contender(words, ident)) as [Contender, Contender, Contender];
        const holding = begin !== 'take';
        if (holding) new Puppet(take(begin === 'drop' ? a : c, forever));
        const waiting = begin === 'drop' ? new Puppet(take(b, forever)).wake(TIMED_OUT) : undefined;
        const dying = begin === 'drop' ? drop(a, 'forced', 'now') : take(a, forever);
        let turn: IteratorResult<Step, unknown> = dying.next();
        for (let step = 0; step < steps && !turn.done; step += 1) {
          turn = turn.value.operation === 'wait' ? dying.next(TIMED_OUT) : dying.next(perform(turn.value));
        }
        const buried = new Puppet(bury(a, c)).result;
        if (begin === 'wait') new Puppet(drop(c, 'final', 'never'));
        expect(holderIn(words[LOCK] as number)).toBe(0);
        const next = waiting === undefined ? new Puppet(take(b, forever)) : waiting.wake(WOKEN);
        expect(next.result, `${begin}, dead after ${steps} steps`).toBe(true);
        expect(words[LAST_HOLDER]).toBe(2);
        expect(b.inherited, `${begin}, dead after ${steps} steps`).toBe(buried === 'abandoned' ? 1 : 0);
        expect(words[ABANDONED]).toBe(0);
        // Never too low, and too high only by the one that died in the midst of counting itself.
        expect(waitersIn(words[LOCK] as number)).toBeLessThanOrEqual(1);
      }
    }
  });
});
