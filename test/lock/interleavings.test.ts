/**
 * No wake-up is ever lost: the protocol text under every schedule with few preemptions. Sleepers sleep until they are woken, as if no
 * interval ever ended, so one that is forgotten sleeps for ever, and the run gets stuck with the lock free.
 */
import { expect, it } from 'vitest';
import { type DialectName, dialects } from '../../src/dialects/registry.js';
import { createContender } from '../../src/lock/contender.js';
import { createWords, HIGHEST, holderIn, LOCK, placeOf, TENANT, waitersIn } from '../../src/lock/layout.js';
import { drop, take } from '../../src/lock/protocol.js';
import { perform } from '../../src/steps/perform.js';
import { CHANGED, type Protocol, type Step, WOKEN, type Words } from '../../src/steps/step.js';

/** A thread of the run: takes the lock and lets it go so many times. */
class Thread {
  readonly #program: Protocol<void>;
  turn: IteratorResult<Step, void>;
  /** On which word it sleeps, or -1. */
  sleepsOn = -1;

  constructor(program: Protocol<void>) {
    this.#program = program;
    this.turn = program.next();
  }

  get isRunnable(): boolean {
    return !this.turn.done && this.sleepsOn < 0;
  }

  resume(result: number): void {
    this.sleepsOn = -1;
    this.turn = this.#program.next(result);
  }
}

/** A round that is negative is one with a time limit, which is over by the time anybody wakes up: it gives up. */
const LIMIT = 12;

/** One run. `preempt` says at which steps another thread goes on, and which: the others run as long as they can. */
function run(dialect: DialectName, rounds: readonly number[], preempt: ReadonlyMap<number, number>): { steps: number; stuck: string } {
  const words: Words = createWords(5000);
  words[HIGHEST] = rounds.length;
  let inside = 0;
  const threads = rounds.map((count, index) => {
    const self = createContender(words, index + 1, dialects[dialect]);
    words[placeOf(index + 1) + TENANT] = index + 1;
    return new Thread(
      (function* () {
        for (let round = 0; round < Math.abs(count); round += 1) {
          if (!(yield* take(self, count < 0 ? LIMIT : Number.POSITIVE_INFINITY))) continue;
          inside += 1;
          if (inside > 1) throw new Error('two inside');
          inside -= 1;
          yield* drop(self, 'final', 'never');
        }
      })(),
    );
  });
  const asleep: Thread[] = [];
  let current = 0;
  for (let step = 0; ; step += 1) {
    const wanted = preempt.get(step);
    if (wanted !== undefined && threads[(current + wanted) % threads.length]?.isRunnable) current = (current + wanted) % threads.length;
    for (let tries = 0; tries < threads.length && !threads[current]?.isRunnable; tries += 1) current = (current + 1) % threads.length;
    const thread = threads[current];
    if (thread === undefined || thread.turn.done || !thread.isRunnable) {
      const lock = words[LOCK] as number;
      const forgotten = threads.some(({ turn }) => !turn.done);
      return { steps: step, stuck: forgotten ? `forgotten: holder ${holderIn(lock)}, waiters ${waitersIn(lock)}` : '' };
    }
    const { operation, index, first } = thread.turn.value;
    if (operation === 'wait') {
      if (Atomics.load(words, index) !== first) thread.resume(CHANGED);
      else {
        thread.sleepsOn = index;
        asleep.push(thread);
      }
    } else if (operation === 'notify') {
      const woken = asleep.filter(({ sleepsOn }) => sleepsOn === index).slice(0, first);
      for (const each of woken) {
        asleep.splice(asleep.indexOf(each), 1);
        each.resume(WOKEN);
      }
      thread.resume(woken.length);
    } else {
      thread.resume(operation === 'now' ? step : perform(thread.turn.value));
    }
  }
}

/** Every schedule with up to `bound` preemptions. */
function explore(dialect: DialectName, rounds: readonly number[], bound: number): { schedules: number; failure: string } {
  let schedules = 0;
  const others = rounds.length - 1;
  const visit = (preempt: Map<number, number>, from: number, left: number): string => {
    schedules += 1;
    const { steps, stuck } = run(dialect, rounds, preempt);
    if (stuck !== '') return `${stuck} with preemptions at ${JSON.stringify([...preempt])}`;
    if (left === 0) return '';
    for (let step = from; step < steps; step += 1) {
      for (let other = 1; other <= others; other += 1) {
        const failure = visit(new Map([...preempt, [step, other]]), step + 1, left - 1);
        if (failure !== '') return failure;
      }
    }
    return '';
  };
  const failure = visit(new Map(), 0, bound);
  return { schedules, failure };
}

it.each([
  ['cpython-3.13', [2, 1], 3],
  ['cpython-3.13', [1, 1, 1], 2],
  ['cpython-3.13', [2, 1, 1], 2],
  ['cpython-3.13', [2, -1, 1], 2],
  ['ruby-3.4', [2, 1], 3],
  ['ruby-3.4', [1, 1, 1], 2],
  ['ruby-3.4', [1, -1, 1], 2],
] as const)(
  '%s, threads that take the lock %j times, every schedule with up to %i preemptions',
  { timeout: 120_000 },
  (dialect, rounds, bound) => {
    const { schedules, failure } = explore(dialect, rounds, bound);
    expect(failure, `after ${schedules} schedules`).toBe('');
    expect(schedules).toBeGreaterThan(1000);
  },
);

/** Whole numbers below `limit`, the same for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % limit;
  };
}

it.each([
  ['cpython-3.13', [1, 1, 1]],
  ['cpython-3.13', [2, 2, 1, 1]],
  ['cpython-3.13', [2, -2, 2, 1]],
  ['ruby-3.4', [2, 2, 1]],
  ['ruby-3.4', [2, -2, 1]],
] as const)('%s, threads that take the lock %j times, many schedules with many preemptions', { timeout: 120_000 }, (dialect, rounds) => {
  const draw = dice(7);
  const { steps } = run(dialect, rounds, new Map());
  for (let schedule = 0; schedule < 40_000; schedule += 1) {
    const preempt = new Map(Array.from({ length: 2 + draw(8) }, () => [draw(steps * 2), 1 + draw(rounds.length - 1)]));
    const { stuck } = run(dialect, rounds, preempt);
    expect(stuck, `with preemptions at ${JSON.stringify([...preempt])}`).toBe('');
  }
});
