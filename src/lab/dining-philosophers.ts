/**
 * A lesson: five philosophers, five forks, and each needs the two beside him. If all take the left one first, none ever gets a second;
 * if each takes the one with the lower number first, all eat.
 */
import { ThreadPool } from '../executors/thread-pool.js';
import { SharedArray } from '../shared/array.js';
import { Barrier } from '../threading/barrier.js';
import type { DeadlockError } from '../threading/errors.js';
import { Event } from '../threading/event.js';
import { Lock } from '../threading/lock.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { grouped } from './units.js';
import { onEveryWorker } from './work.js';

const SEATS = 5;
/** Dinner is over when everybody has eaten so often … */
const MEALS = 20;
/** … or when they have eaten so often together: then somebody starves. */
const LIMIT = 5000;

type Words = SharedArray<'int32'>;

export const diningPhilosophers: Experiment = {
  name: 'dining-philosophers',
  claim: 'Who takes locks in one order cannot deadlock',
  question: 'Do five philosophers eat who take the left fork first, or the one with the lower number?',
  article: 'no figure',
  cpython: 'left fork first: all 5 wait for ever; lower number first: after 1000 meals each had 45 or more (3.13.0), 28 (3.9.18)',
  expectation: `left first: one DeadlockError that names all ${SEATS}; lower number first: each eats ${MEALS} times before it is ${LIMIT} in all, and no fork is in two hands`,
  async run(context: Context): Promise<Outcome> {
    await using pool = new ThreadPool(SEATS, { dialect: 'cpython-3.13', threadNamePrefix: 'philosopher' });
    const forks = Array.from({ length: SEATS }, (_, seat) => new Lock({ name: `fork ${seat}`, detectDeadlocks: 'on' }));
    const seats = forks.map((left, seat) => ({ seat, left, right: forks[(seat + 1) % SEATS]! }));
    const seated = new Barrier(SEATS);
    await onEveryWorker(pool, (barrier: Barrier) => barrier.waitSync(), seated);

    context.progress('each takes the left fork first');
    const naive = await Promise.allSettled(seats.map(({ left, right }) => pool.submit(grab, left, right, seated)));
    const errors = naive.flatMap((each) => (each.status === 'rejected' ? [each.reason as DeadlockError] : []));
    const [{ code, cycle = [] } = { code: 'none' }] = errors;
    const named = new Set(cycle.map(({ thread }) => thread)).size;

    context.progress('each takes the fork with the lower number first');
    const [eating, meals, clock] = [new SharedArray('int32', SEATS), new SharedArray('int32', SEATS), new Event()];
    const rule = { least: MEALS, limit: LIMIT };
    const dinner = await Promise.all(
      seats.map(({ seat, left, right }) => {
        const [first, second] = seat === SEATS - 1 ? [right, left] : [left, right];
        return pool.submit(dine, seat, first, second, { eating, meals, clock, seated }, rule);
      }),
    );
    const total = [...meals].reduce((sum, each) => sum + each, 0);
    const fewest = Math.min(...meals);
    const clashes = dinner.reduce((sum, each) => sum + each.clashes, 0);
    const atOnce = Math.max(...dinner.map((each) => each.atOnce));
    return {
      holds: errors.length === 1 && code === 'ERR_THREADING_DEADLOCK' && named === SEATS && fewest >= MEALS && clashes === 0,
      live: `left first: ${errors.length} DeadlockError that names ${named}; lower number first: ${grouped(total)} meals, each ate ${fewest} times or more, up to ${atOnce} at once`,
      figures: {
        philosophers: SEATS,
        deadlocks: errors.length,
        threadsNamed: named,
        meals: total,
        fewestMeals: fewest,
        mostMeals: Math.max(...meals),
        mostEatingAtOnce: atOnce,
        forksInTwoHands: clashes,
      },
      notes: [
        'When one was told of the deadlock he put his fork down, and the other four ate. Whoever has waited longest for a fork is not first to get it: ' +
          'locks, as those of Python, know no line, so meals are not shared out evenly.',
      ],
    };
  },
};

/** Takes one fork, waits until everybody has one, takes the other. */
function grab(left: Lock, right: Lock, seated: Barrier): void {
  const down = left.acquireSync();
  try {
    seated.waitSync();
    right.acquireSync()();
  } finally {
    down();
  }
}

/** Eats until everybody has eaten enough; says how often a neighbour ate meanwhile, and how many ate at once. */
function dine(
  seat: number,
  first: Lock,
  second: Lock,
  { eating, meals, clock, seated }: { eating: Words; meals: Words; clock: Event; seated: Barrier },
  { least, limit }: { least: number; limit: number },
): { clashes: number; atOnce: number } {
  const count = eating.length;
  let clashes = 0;
  let atOnce = 0;
  seated.waitSync();
  for (;;) {
    let total = 0;
    let fewest = limit;
    for (let each = 0; each < count; each += 1) {
      const had = Atomics.load(meals.values, each);
      total += had;
      fewest = Math.min(fewest, had);
    }
    if (fewest >= least || total >= limit) return { clashes, atOnce };
    first.acquireSync();
    second.acquireSync();
    Atomics.store(eating.values, seat, 1);
    let now = 0;
    for (let each = 0; each < count; each += 1) now += Atomics.load(eating.values, each);
    atOnce = Math.max(atOnce, now);
    if (Atomics.load(eating.values, (seat + 1) % count) + Atomics.load(eating.values, (seat + count - 1) % count) > 0) clashes += 1;
    clock.waitSync({ timeout: 0.2 });
    Atomics.add(meals.values, seat, 1);
    Atomics.store(eating.values, seat, 0);
    second.release();
    first.release();
    // He thinks.
    clock.waitSync({ timeout: 0.2 });
  }
}
