/**
 * A lesson: two locks in two orders are a deadlock, GIL or no GIL; while two threads wait for each other, a third one has the GIL and goes on.
 * Locks that detect deadlocks name both threads instead of a hang.
 */
import { ThreadPool } from '../executors/thread-pool.js';
import { SharedArray } from '../shared/array.js';
import type { DeadlockError } from '../threading/errors.js';
import { Event } from '../threading/event.js';
import { Lock } from '../threading/lock.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { grouped } from './units.js';
import { onEveryWorker } from './work.js';

/** The words that the threads share: how many hold a lock, and whether the third one may stop. A task sees no constants, so there they are 0 and 1. */
const STOP = 1;
type Words = SharedArray<'int32'>;

export const deadlock: Experiment = {
  name: 'deadlock',
  claim: 'The GIL does not save from deadlocks; locks can name them',
  question: 'What becomes of two threads that take two locks in opposite order?',
  article: 'no figure',
  cpython: 'both threads still wait after 2 s, and for ever (3.9.18, 3.13.0)',
  expectation: 'one DeadlockError that names both threads, their locks and their places; the other thread, and a third one, go on',
  async run(context: Context): Promise<Outcome> {
    await using pool = new ThreadPool(3, { dialect: 'cpython-3.13', threadNamePrefix: 'thread' });
    const [alice, bob] = ['alice', 'bob'].map((name) => new Lock({ name, detectDeadlocks: 'on' })) as [Lock, Lock];
    const [words, clock] = [new SharedArray('int32', 2), new Event()];
    await onEveryWorker(pool, (held: Words) => held.length, words);
    context.progress('two threads take two locks in opposite order');
    const third = pool.submit(goOn, words);
    const transfers = await Promise.allSettled([
      pool.submit(transfer, alice, bob, words, clock),
      pool.submit(transfer, bob, alice, words, clock),
    ]);
    Atomics.store(words.values, STOP, 1);
    const turns = await third;
    const errors = transfers.flatMap((each) => (each.status === 'rejected' ? [each.reason as DeadlockError] : []));
    const done = transfers.length - errors.length;
    const [{ code, message, cycle = [] } = { code: 'none', message: '' }] = errors;
    const named = new Set(cycle.map(({ thread }) => thread)).size;
    const links = cycle.map(({ thread, holds, waitsFor }) => `${thread} has '${holds}', wants '${waitsFor}'`);
    const placed = cycle.every(({ acquiredAt, waitsAt }) => acquiredAt.includes('transfer') && waitsAt.includes('transfer'));
    return {
      holds:
        errors.length === 1 && code === 'ERR_THREADING_DEADLOCK' && named === 2 && cycle.length === 2 && placed && done === 1 && turns > 0,
      live: `${[`${errors.length} DeadlockError`, ...links].join('; ')}; ${done} of 2 transfers made; ${grouped(turns)} turns of a third thread meanwhile`,
      figures: { deadlocks: errors.length, threadsNamed: named, transfersDone: done, turnsOfAThirdThreadMeanwhile: turns, error: message },
      notes: [
        'While both wait the GIL is free: a deadlock stops those who are in it, and not the program.',
        "A deadlock needs no bad luck here, because each thread waits until both hold their first lock; in a program it comes once in a while. Take locks in one order everywhere; in tests, make them with { detectDeadlocks: 'on' }.",
      ],
    };
  },
};

/** Takes the locks of two accounts, the second one when two threads hold their first. */
function transfer(from: Lock, to: Lock, words: Words, clock: Event): void {
  const release = from.acquireSync();
  try {
    Atomics.add(words.values, 0, 1);
    while (Atomics.load(words.values, 0) < 2) clock.waitSync({ timeout: 1 });
    to.acquireSync()();
  } finally {
    release();
  }
}

/** How many turns it makes from when both hold their first lock until it is told to stop. */
function goOn(words: Words): number {
  let turns = 0;
  while (Atomics.load(words.values, 1) === 0) if (Atomics.load(words.values, 0) === 2) turns += 1;
  return turns;
}
