/**
 * A lesson: producers and consumers with a buffer of four places. Who finds it full or empty waits at a condition, and looks again when
 * it is woken: `while`, not `if`. In parallel, so that nothing is right by the grace of the GIL.
 */
import { InterpreterPool } from '../executors/interpreter-pool.js';
import { SharedArray } from '../shared/array.js';
import { Condition } from '../threading/condition.js';
import { Lock } from '../threading/lock.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { grouped } from './units.js';
import { onEveryWorker } from './work.js';

const PLACES = 4;
const SIDES = 2;
/** How many items each producer makes. */
const ITEMS = 500;

type Words = SharedArray<'int32'>;

/** A buffer among a task's arguments. */
interface Buffer {
  readonly places: Words;
  /** How many there are, were put, were taken, consumers wait; the most and fewest there ever were; how often somebody found it full, and empty. */
  readonly state: Words;
  readonly changed: Condition;
}

export const boundedBuffer: Experiment = {
  name: 'bounded-buffer',
  claim: 'A condition makes producers and consumers wait for each other',
  question: `Do all items pass a buffer of ${PLACES} places, each once, and what if a consumer that was woken does not look again?`,
  article: 'no figure',
  cpython: '1000 of 1000 items arrive once, at most 4 in the buffer; with `if` for `while` one takes from an empty buffer (3.9.18, 3.13.0)',
  expectation: `each of ${SIDES * ITEMS} items arrives once, never more than ${PLACES} or fewer than 0 in the buffer, and producers found it full; with \`if\` it is fewer than 0`,
  async run(context: Context): Promise<Outcome> {
    await using pool = new InterpreterPool(2 * SIDES);
    context.progress('items pass from producers to consumers');
    const buffer = openBuffer();
    const arrived = new SharedArray('int32', SIDES * ITEMS);
    await onEveryWorker(pool, ({ state }: Buffer) => state.length, buffer);
    const sides = Array.from({ length: SIDES }, (_, side) => [
      pool.submit(produce, buffer, side * ITEMS, (side + 1) * ITEMS),
      pool.submit(consume, buffer, arrived, ITEMS),
    ]);
    await Promise.all(sides.flat());
    const once = [...arrived].filter((times) => times === 1).length;
    const [left = -1, , , , most = -1, fewest = -1, foundFull = -1, foundEmpty = -1] = buffer.state.values;

    context.progress('two consumers that do not look again when they are woken');
    const hasty = openBuffer();
    await Promise.all([pool.submit(takeHastily, hasty), pool.submit(takeHastily, hasty), pool.submit(feed, hasty, 2)]);
    const [below = 0] = hasty.state.values;
    return {
      holds: once === SIDES * ITEMS && left === 0 && most === PLACES && fewest === 0 && foundFull > 0 && below === -1,
      live: `${grouped(once)} of ${grouped(SIDES * ITEMS)} items arrived once, ${fewest} to ${most} in the buffer, which was found full ${foundFull} times; with \`if\` for \`while\` ${below} in it`,
      figures: {
        producers: SIDES,
        consumers: SIDES,
        places: PLACES,
        items: SIDES * ITEMS,
        arrivedOnce: once,
        mostInBuffer: most,
        fewestInBuffer: fewest,
        leftInBuffer: left,
        foundFull,
        foundEmpty,
        inBufferWithIf: below,
      },
      notes: ['Two consumers waited, one item came, both were woken: the second one to have the lock found what it had waited for gone.'],
    };
  },
};

function openBuffer(): Buffer {
  return {
    places: new SharedArray('int32', PLACES),
    state: new SharedArray('int32', 8),
    changed: new Condition(new Lock({ name: 'buffer' })),
  };
}

/** Puts the items of these numbers. */
function produce({ places, state: { values: state }, changed }: Buffer, from: number, to: number): void {
  for (let item = from; item < to; item += 1) {
    changed.acquireSync();
    while (state[0] === places.length) {
      state[6]! += 1;
      changed.waitSync();
    }
    places.set(state[1]! % places.length, item);
    state[1]! += 1;
    state[0]! += 1;
    state[4] = Math.max(state[4]!, state[0]!);
    changed.notifyAll();
    changed.release();
  }
}

/** Takes so many items, and none before the buffer was full once. */
function consume({ places, state: { values: state }, changed }: Buffer, arrived: Words, count: number): void {
  changed.runExclusiveSync(() => changed.waitForSync(() => state[4]! >= places.length));
  for (let taken = 0; taken < count; taken += 1) {
    changed.acquireSync();
    while (state[0] === 0) {
      state[7]! += 1;
      changed.waitSync();
    }
    const item = places.at(state[2]! % places.length);
    state[2]! += 1;
    state[0]! -= 1;
    state[5] = Math.min(state[5]!, state[0]!);
    changed.notifyAll();
    changed.release();
    Atomics.add(arrived.values, item, 1);
  }
}

/** Takes one item, and believes that a wake-up means that there is one. */
function takeHastily({ state: { values: state }, changed }: Buffer): void {
  changed.acquireSync();
  if (state[0] === 0) {
    state[3]! += 1;
    changed.waitSync();
  }
  state[0]! -= 1;
  changed.release();
}

/** Puts one item when so many wait, and wakes them all. */
function feed({ state: { values: state }, changed }: Buffer, waiting: number): void {
  for (let fed = 'no'; fed === 'no'; ) {
    changed.acquireSync();
    if (state[3] === waiting) {
      state[0]! += 1;
      changed.notifyAll();
      fed = 'yes';
    }
    changed.release();
  }
}
