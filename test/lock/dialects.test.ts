/**
 * What differs between interpreters: who asks and when, who comes next, ranks. Step by step on the protocol text, and with real threads
 * where only those tell; and what is said to somebody whose own dialect has a mistake.
 */
import { type Dialect, dialects, GlobalLock } from 'gil';
import { describe, expect, it } from 'vitest';
import { bury } from '../../src/lock/burial.js';
import { type Contender, createContender } from '../../src/lock/contender.js';
import { createWords, HIGHEST, holderIn, LOCK, placeOf, RANK, SWITCH_NUMBER, TENANT, waitersIn } from '../../src/lock/layout.js';
import { isUnclaimed } from '../../src/lock/line.js';
import { drop, take } from '../../src/lock/protocol.js';
import { isAsked } from '../../src/lock/request.js';
import { perform } from '../../src/steps/perform.js';
import { CHANGED, type Step, TIMED_OUT, WOKEN } from '../../src/steps/step.js';
import { Puppet } from './puppet.js';
import { open, sharedWords, startThread, untilOpen } from './threads.js';

const forever = Number.POSITIVE_INFINITY;
const ruby = dialects['ruby-3.4'];
/** The priority patch of bpo-7946, as a reader would write it down. */
const priorityGil: Dialect = {
  ...dialects['cpython-3.13'],
  name: 'priority-gil',
  rank: { by: 'behaviour', first: 1, afterForcedDrop: 0, afterVoluntaryDrop: 1 },
  preemption: 'at-once-by-higher-rank',
};

function threads(dialect: Dialect) {
  const words = createWords(dialect.switchInterval * 1000);
  const all = [1, 2, 3, 4].map((ident) => {
    words[placeOf(ident) + TENANT] = ident;
    if (dialect.rank.by === 'behaviour') words[placeOf(ident) + RANK] = dialect.rank.first;
    return createContender(words, ident, dialect);
  }) as [Contender, Contender, Contender, Contender];
  words[HIGHEST] = 4;
  return { words, all, holder: () => holderIn(words[LOCK] as number) };
}

const asked = (thread: Contender) => new Puppet(isAsked(thread)).result;
const rankOf = ({ words, place }: Contender) => words[place + RANK];

describe('all dialects', () => {
  it('are these, each with its sources', () => {
    expect(Object.keys(dialects)).toEqual([
      ...['2.7', '3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.13t', '3.13t-gil', '3.14', '3.14t'].map(
        (version) => `cpython-${version}`,
      ),
      'ruby-3.4',
    ]);
    for (const dialect of Object.values(dialects)) {
      expect(dialect.sources.length).toBeGreaterThan(0);
      expect(new GlobalLock({ dialect }).dialect).toBe(dialect);
    }
  });

  it.each(Object.values(dialects).filter(({ lock }) => lock === 'global'))('$name never has two inside', async (dialect) => {
    const lock = new GlobalLock({ dialect, switchInterval: 0.2 });
    const words = sharedWords();
    const running = [0, 1, 2].map((number) =>
      startThread(lock, words, number, ({ lock, words, open, gate }) => {
        open(0);
        gate(1);
        let wrong = 0;
        for (let round = 0; round < 200; round += 1) {
          const release = lock.acquireSync();
          for (let look = 0; look < 10; look += 1) {
            if (Atomics.add(words, 2, 1) !== 0) wrong += 1;
            for (let work = 0; work < 300; work += 1) words[3] = (words[3] as number) + 1;
            Atomics.sub(words, 2, 1);
            lock.checkpoint();
          }
          release();
        }
        return wrong;
      }),
    );
    while ((words[0] as number) < 3) await new Promise((resolve) => setImmediate(resolve));
    open(words, 1);
    // The main thread contends too, without blocking.
    for (let round = 0; round < 20; round += 1) (await lock.acquire())();
    expect(await Promise.all(running.map(({ answer }) => answer))).toEqual([0, 0, 0]);
    expect(words[3]).toBe(3 * 200 * 10 * 300);
    await Promise.all(running.map(({ gone }) => gone));
    expect([lock.isLocked(), lock.stats().waiting]).toEqual([false, 0]);
  });
});

describe('a lock that goes to the longest waiting', () => {
  it('is handed over in the order of arrival, and nobody can slip in', () => {
    const { all, holder } = threads(ruby);
    const [a, b, c, d] = all;
    new Puppet(take(a, forever));
    const [second, third] = [new Puppet(take(b, forever)), new Puppet(take(c, forever))];
    new Puppet(drop(a, 'final', 'later'));
    // It bears the next name already, though that thread is still asleep.
    expect(holder()).toBe(2);
    expect(new Puppet(take(d, Number.NEGATIVE_INFINITY)).result).toBe(false);
    const fourth = new Puppet(take(d, forever));
    expect(second.wake(WOKEN).result).toBe(true);
    new Puppet(drop(b, 'final', 'later'));
    expect(holder()).toBe(3);
    expect(third.wake(CHANGED).result).toBe(true);
    new Puppet(drop(c, 'final', 'later'));
    expect(fourth.wake(WOKEN).result).toBe(true);
    new Puppet(drop(d, 'final', 'later'));
    expect(holder()).toBe(0);
  });

  it('goes round: who was asked to let go stands behind those who wait already', () => {
    const { words, all, holder } = threads(ruby);
    const [a, b, c] = all;
    new Puppet(take(a, forever));
    const second = new Puppet(take(b, forever));
    const third = new Puppet(take(c, forever));
    new Puppet(drop(a, 'forced', 'now'));
    const again = new Puppet(take(a, forever));
    expect(second.wake(WOKEN).result).toBe(true);
    new Puppet(drop(b, 'forced', 'now'));
    expect(holder()).toBe(3);
    expect(third.wake(WOKEN).result).toBe(true);
    new Puppet(drop(c, 'final', 'later'));
    expect(again.wake(WOKEN).result).toBe(true);
    expect(words[SWITCH_NUMBER]).toBe(4);
  });

  it('passes over whoever gave up, also at the very moment it was called', () => {
    const { words, all, holder } = threads(ruby);
    const [a, b, c, d] = all;
    new Puppet(take(a, forever));
    const second = take(b, forever);
    let turn = second.next();
    while (!turn.done && turn.value.operation !== 'wait') turn = second.next(perform(turn.value));
    const third = new Puppet(take(c, forever));
    new Puppet(drop(a, 'final', 'later'));
    expect(holder()).toBe(2);
    // Called, and gives up: it takes what it was given and hands it on.
    let withdrawal: IteratorResult<Step, boolean> = second.return(false);
    while (!withdrawal.done) withdrawal = second.next(perform(withdrawal.value));
    expect(holder()).toBe(3);
    expect(third.wake(WOKEN).result).toBe(true);

    const late = new Puppet(take(d, 0));
    expect(late.result).toBe(false);
    new Puppet(drop(c, 'final', 'later'));
    expect([holder(), waitersIn(words[LOCK] as number)]).toEqual([0, 0]);
  });

  it('is taken by a blocking call in the stead of a task of its thread that has not come for it yet', () => {
    const { all, holder } = threads(ruby);
    const [a, b, c] = all;
    new Puppet(take(b, forever));
    const task = new Puppet(take(a, forever));
    const third = new Puppet(take(c, forever));
    new Puppet(drop(b, 'final', 'later'));
    // Handed to the task, whose event loop is busy with a blocking call.
    expect([holder(), isUnclaimed(a)]).toEqual([1, true]);
    expect(new Puppet(take(a, forever)).result).toBe(true);
    expect(isUnclaimed(a)).toBe(false);
    // The task learns of it and lines up again, at the end.
    expect(task.wake(WOKEN).state).toBe('asleep');
    new Puppet(drop(a, 'final', 'later'));
    expect(holder()).toBe(3);
    expect(third.wake(WOKEN).result).toBe(true);
    new Puppet(drop(c, 'final', 'later'));
    expect(task.wake(WOKEN).result).toBe(true);
    new Puppet(drop(a, 'final', 'later'));
    expect(holder()).toBe(0);
  });

  it('reaches a thread that waits twice, for a task and in a blocking call, by either ticket and at any moment', () => {
    for (let steps = 0; steps < 60; steps += 1) {
      const { words, all, holder } = threads(ruby);
      const [a, b] = all;
      new Puppet(take(b, forever));
      const task = new Puppet(take(a, forever));
      const dropping = drop(b, 'final', 'later');
      let turn = dropping.next();
      for (let step = 0; step < steps && !turn.done; step += 1) turn = dropping.next(perform(turn.value));
      const blocking = new Puppet(take(a, forever));
      while (!turn.done) turn = dropping.next(perform(turn.value));
      const where = `a blocking call after ${steps} steps of the drop`;
      if (blocking.state === 'asleep') blocking.wake(WOKEN);
      expect(blocking.result, where).toBe(true);
      task.wake(WOKEN);
      new Puppet(drop(a, 'final', 'later'));
      if (task.state === 'asleep') task.wake(WOKEN);
      expect(task.result, where).toBe(true);
      new Puppet(drop(a, 'final', 'later'));
      expect([holder(), waitersIn(words[LOCK] as number)], where).toEqual([0, 0]);
    }
  });

  it('is not lost on a waiter that comes between any two steps of a drop', () => {
    for (let steps = 0; steps < 60; steps += 1) {
      const { all, holder } = threads(ruby);
      const [a, b] = all;
      new Puppet(take(a, forever));
      const dropping = drop(a, 'final', 'later');
      let turn = dropping.next();
      for (let step = 0; step < steps && !turn.done; step += 1) turn = dropping.next(perform(turn.value));
      const second = new Puppet(take(b, forever));
      while (!turn.done) turn = dropping.next(perform(turn.value));
      // Asleep and named, asleep and woken to a free lock, or through: but never asleep beside a free lock that nobody tells it of.
      const has = second.state === 'done' || holder() === 2;
      expect(has, `a waiter that came after ${steps} steps of the drop`).toBe(true);
    }
  });

  it('survives the death of either side at any step of a hand-over', () => {
    for (const dies of ['dropper', 'heir'] as const) {
      for (let steps = 0; steps < 60; steps += 1) {
        const { words, all, holder } = threads(ruby);
        const [a, b, c, d] = all;
        new Puppet(take(a, forever));
        const [second, third] = [new Puppet(take(b, forever)), new Puppet(take(c, forever))];
        const dropping = drop(a, 'final', 'later');
        let turn = dropping.next();
        for (let step = 0; step < steps && !turn.done; step += 1) turn = dropping.next(perform(turn.value));
        if (dies === 'dropper') {
          new Puppet(bury(a, d));
        } else {
          new Puppet(bury(b, d));
          while (!turn.done) turn = dropping.next(perform(turn.value));
        }
        const where = `${dies} dead after ${steps} steps`;
        // Whoever of the living is awake looks for itself; then the lock must go round among them.
        if (dies === 'dropper') {
          for (let round = 0; round < 3 && second.state === 'asleep'; round += 1) second.wake(TIMED_OUT);
          if (second.state === 'asleep') {
            third.wake(TIMED_OUT);
            expect(third.result, where).toBe(true);
            new Puppet(drop(c, 'final', 'later'));
            second.wake(TIMED_OUT);
          }
          expect(second.result, where).toBe(true);
        } else {
          third.wake(TIMED_OUT);
          expect(third.result, where).toBe(true);
          new Puppet(drop(c, 'final', 'later'));
          expect([holder(), waitersIn(words[LOCK] as number)], where).toEqual([0, 0]);
        }
      }
    }
  });
});

describe('a timer', () => {
  it('ticks while anybody waits, and asks once the holder has had a whole slice', () => {
    const { all } = threads(ruby);
    const [a, b] = all;
    new Puppet(take(a, forever));
    const waiter = new Puppet(take(b, forever));
    expect(waiter.sleep?.second).toBe(10);
    for (let tick = 1; tick < 10; tick += 1) {
      waiter.wake(TIMED_OUT);
      expect(asked(a), `after ${tick} ticks`).toBe(false);
    }
    waiter.wake(TIMED_OUT);
    expect(asked(a)).toBe(true);
  });

  it.each([
    [-3, 2],
    [-1, 5],
    [1, 20],
    [3, 80],
  ])('gives a holder of rank %i a slice of %i ticks', (rank, ticks) => {
    const { words, all } = threads(ruby);
    const [a, b] = all;
    words[a.place + RANK] = rank;
    new Puppet(take(a, forever));
    const waiter = new Puppet(take(b, forever));
    for (let tick = 1; tick < ticks; tick += 1) waiter.wake(TIMED_OUT);
    expect(asked(a)).toBe(false);
    waiter.wake(TIMED_OUT);
    expect(asked(a)).toBe(true);
  });
});

describe('ranks', () => {
  it('are set by the program where the dialect says so, each thread its own', async () => {
    const lock = new GlobalLock({ dialect: 'ruby-3.4' });
    lock.rank = 3;
    const { answer, gone } = startThread(lock, sharedWords(), 0, ({ lock }) => {
      const first = lock.rank;
      lock.rank = -3;
      return [first, lock.rank];
    });
    expect(await answer).toEqual([0, -3]);
    expect(lock.rank).toBe(3);
    await gone;
    for (const wrong of [4, -4, 0.5, Number.NaN]) {
      expect(() => {
        lock.rank = wrong;
      }).toThrow(expect.objectContaining({ code: 'ERR_GIL_RANGE' }));
    }
    expect(() => {
      new GlobalLock().rank = 1;
    }).toThrow(/all threads are equal; expected a dialect .* 'ruby-3\.4'/);
  });

  it('are earned in the priority GIL of bpo-7946: I/O preempts computing at once, computing waits its interval', () => {
    const { all } = threads(priorityGil);
    const [io, cpu] = all;
    new Puppet(take(io, forever));
    const computing = new Puppet(take(cpu, forever));
    expect(asked(io)).toBe(false);
    // Forced to let go: it computes. The other one let go by itself: it does I/O.
    new Puppet(drop(io, 'voluntary', 'now'));
    expect(computing.wake(WOKEN).result).toBe(true);
    const waiting = new Puppet(take(io, forever));
    expect(asked(cpu)).toBe(false);
    waiting.wake(TIMED_OUT);
    expect(asked(cpu)).toBe(true);
    const forced = new Puppet(drop(cpu, 'forced', 'now'));
    expect([rankOf(io), rankOf(cpu)]).toEqual([1, 0]);
    waiting.wake(WOKEN);
    forced.wake(WOKEN);
    const again = new Puppet(take(cpu, forever));
    expect(asked(io)).toBe(false);
    new Puppet(drop(io, 'voluntary', 'now'));
    again.wake(WOKEN);
    // Not one interval later: now.
    const back = new Puppet(take(io, forever));
    expect(back.state).toBe('asleep');
    expect(asked(cpu)).toBe(true);
  });
});

describe('a dialect of one’s own', () => {
  it('is taken as it is, and travels with the lock', async () => {
    const lock = new GlobalLock({ dialect: priorityGil });
    const { answer } = startThread(lock, sharedWords(), 0, ({ lock }) => lock.dialect.name);
    expect(await answer).toBe('priority-gil');
  });

  it.each([
    ['a number', 7, 'ERR_GIL_ARGUMENT', /expected a name such as 'cpython-3\.13', or a Dialect record; got 7/],
    ['an unknown name', 'cpython-4', 'ERR_GIL_ARGUMENT', /expected one of cpython-2\.7, .*; got "cpython-4"/],
    [
      'a misspelt rule',
      { ...ruby, next: 'fifo' },
      'ERR_GIL_ARGUMENT',
      /dialect\.next: expected 'whoever-comes-first', 'longest-waiting'; got "fifo"/,
    ],
    ['a forgotten rule', { ...ruby, rank: undefined }, 'ERR_GIL_ARGUMENT', /dialect\.rank\.by: expected 'nobody'.*; got undefined/],
    ['an unknown look', { ...ruby, looks: ['everywhere'] }, 'ERR_GIL_ARGUMENT', /dialect\.looks: expected 'function-entry'/],
    ['a request by nobody', { ...ruby, request: { by: 'nobody' } }, 'ERR_GIL_ARGUMENT', /would never switch/],
    ['a tick of 0', { ...ruby, request: { by: 'timer', tick: 0 } }, 'ERR_GIL_RANGE', /request\.tick: expected milliseconds above 0; got 0/],
    ['a rank of 99', { ...ruby, rank: { by: 'program', lowest: 0, highest: 99 } }, 'ERR_GIL_RANGE', /from -8 to 8; got 99/],
    ['an interval of -1', { ...ruby, switchInterval: -1 }, 'ERR_GIL_RANGE', /switchInterval: expected milliseconds above 0; got -1/],
  ])('with %s is refused', (_, dialect, code, message) => {
    const make = () => new GlobalLock({ dialect: dialect as Dialect });
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});

describe('a handed lock whose heir is terminated', () => {
  it('goes on to the next', async () => {
    const lock = new GlobalLock({ dialect: 'ruby-3.4', switchInterval: 2 });
    const words = sharedWords();
    const release = lock.acquireSync();
    const doomed = startThread(lock, words, 0, ({ lock, open, gate }) => {
      open(0);
      lock.acquireSync();
      gate(9);
    });
    await untilOpen(words, 0);
    while (lock.stats().waits < 1) await new Promise((resolve) => setImmediate(resolve));
    const heir = startThread(lock, words, 1, ({ lock, open }) => {
      open(1);
      const release = lock.acquireSync();
      release();
      return release.abandoned;
    });
    await untilOpen(words, 1);
    while (lock.stats().waits < 2) await new Promise((resolve) => setImmediate(resolve));
    const { ident } = lock.stats().perThread[1] as { ident: number };
    release();
    expect(lock.holder()?.ident).toBe(ident);
    await doomed.worker.terminate();
    expect(await heir.answer).toBe(true);
    expect(lock.stats().abandoned).toBe(1);
  });
});
