/**
 * The primitives of `gil/threading` as virtual threads call them: in every schedule of a small program each does what it says, and everything
 * that may happen does happen in some schedule.
 */
import { expect, it } from 'vitest';
import { Engine } from '../../../src/sim/engine.js';
import { equip } from '../../../src/sim/equip.js';
import { Exhaustive } from '../../../src/sim/strategies/exhaustive.js';
import { Point, type VirtualThread } from '../../../src/sim/switch-point.js';
import { world } from '../../../src/sim/world.js';
import { Barrier } from '../../../src/threading/barrier.js';
import { Condition } from '../../../src/threading/condition.js';
import { Event } from '../../../src/threading/event.js';
import { Lock } from '../../../src/threading/lock.js';
import { LifoQueue, PriorityQueue, Queue } from '../../../src/threading/queue.js';
import { RLock } from '../../../src/threading/rlock.js';
import { BoundedSemaphore, Semaphore } from '../../../src/threading/semaphore.js';
import { SimpleQueue } from '../../../src/threading/simple-queue.js';
import { TWIN } from '../../../src/transform/twin.js';

equip();

/** Calls a method as a virtual thread does. */
function* call<R>(object: object, method: string, ...args: readonly unknown[]): VirtualThread<R> {
  const twin = Reflect.get(Reflect.get(object, method) as object, TWIN) as (...given: unknown[]) => VirtualThread<R>;
  return yield* twin.apply(object, [...args]);
}

/** A while passes. */
function* sleep(ms: number): VirtualThread<void> {
  yield new Point('sleep', world, () => false, ms);
}

/** What a thread tells; what each schedule told, sorted, once. */
type Tell = (what: string | number) => void;
type Bodies<S> = readonly ((state: S, tell: Tell) => VirtualThread)[];

/** Runs all schedules; gives what was told in some of them. `stuck` if nobody could go on. */
function outcomes<S>(state: () => S, bodies: Bodies<S>): { readonly outcomes: readonly string[]; readonly schedules: number } {
  let told: (string | number)[] = [];
  const engine = new Engine({
    names: bodies.map((_, thread) => `t${thread}`),
    bodies: bodies.map((body) => (given: unknown) => body(given as S, (what) => told.push(what))),
    state: () => {
      told = [];
      return state();
    },
    always: undefined,
    after: undefined,
    beginnings: bodies.map(() => 'stands' as const),
    calls: bodies.map(() => 'announced' as const),
    time: 'when-idle',
    maxSteps: 1000,
  });
  const strategy = new Exhaustive();
  const seen = new Set<string>();
  let schedules = 0;
  while (strategy.begin()) {
    engine.run(strategy);
    strategy.end(engine.moment);
    schedules += 1;
    const { failure } = engine;
    if (failure?.kind === 'error') throw failure.error;
    seen.add(failure === undefined ? told.join(' ') : `${told.join(' ')} ${failure.kind}`.trim());
  }
  expect(strategy.proof.kind).toBe('complete');
  return { outcomes: [...seen].sort(), schedules };
}

it.each([
  ['Lock', () => new Lock()],
  ['RLock', () => new RLock()],
  ['a Semaphore of one', () => new Semaphore(1)],
  ['the lock of a Condition', () => new Condition()],
] as const)('%s: one at a time, in either order', (_, make) => {
  const visit = (name: string) =>
    function* (lock: object, tell: Tell): VirtualThread<void> {
      const release = yield* call<() => void>(lock, 'acquireSync');
      tell(`${name}[`);
      yield;
      tell(`]${name}`);
      release();
    };
  expect(outcomes<object>(make, [visit('a'), visit('b')]).outcomes).toEqual(['a[ ]a b[ ]b', 'b[ ]b a[ ]a']);
});

it.each([
  ['Lock', () => new Lock()],
  ['RLock', () => new RLock()],
  ['Semaphore', () => new Semaphore(1)],
] as const)('%s: a limit is kept to the millisecond, and who tries does not wait', (_, make) => {
  const { outcomes: seen } = outcomes<object>(make, [
    function* (lock) {
      const release = yield* call<() => void>(lock, 'acquireSync');
      yield* sleep(20);
      release();
    },
    function* (lock, tell) {
      yield* sleep(1);
      const [tried, late, taken] = [
        yield* call<unknown>(lock, 'tryAcquire'),
        yield* call<unknown>(lock, 'acquireSync', { timeout: 10 }),
        world.clock,
      ];
      const release = yield* call<(() => void) | null>(lock, 'acquireSync', { timeout: 10 });
      tell(`${tried} ${late} at ${taken}, ${release === null ? 'late' : 'had it'} at ${world.clock}`);
      release?.();
    },
  ]);
  expect(seen).toEqual(['null null at 11, had it at 20']);
});

it('RLock: is had as often as it was taken, and by one', () => {
  const { outcomes: seen } = outcomes(
    () => new RLock(),
    [
      function* (lock, tell) {
        const outer = yield* call<() => void>(lock, 'acquireSync');
        const inner = yield* call<() => void>(lock, 'acquireSync');
        inner();
        yield;
        tell('a');
        outer();
      },
      function* (lock, tell) {
        const release = yield* call<(() => void) | null>(lock, 'tryAcquire');
        tell(release === null ? 'b is late' : 'b');
        release?.();
      },
    ],
  );
  expect(seen).toEqual(['a b', 'b a', 'b is late a']);
});

it('Condition: who waits first is notified first, and nobody else', () => {
  const waits = (name: string) =>
    function* ({ condition, came }: { condition: Condition; came: string[] }, tell: Tell): VirtualThread<void> {
      const release = yield* call<() => void>(condition, 'acquireSync');
      came.push(name);
      if (yield* call<boolean>(condition, 'waitSync', { timeout: 50 }))
        tell(`${name} was ${came.indexOf(name) === 0 ? 'first' : 'second'}`);
      else tell(`nobody at ${world.clock}`);
      release();
    };
  const { outcomes: seen } = outcomes(
    () => ({ condition: new Condition(), came: [] as string[] }),
    [
      waits('a'),
      waits('b'),
      function* ({ condition, came }) {
        yield new Point('wait', came, () => came.length === 2);
        const release = yield* call<() => void>(condition, 'acquireSync');
        yield* call(condition, 'notify');
        release();
      },
    ],
  );
  expect(seen).toEqual(['a was first nobody at 50', 'b was first nobody at 50']);
});

it('Condition: without a predicate a notification can come too early, with one it cannot', () => {
  const consumer = (how: 'waits' | 'waits for it') =>
    function* ({ condition, box }: { condition: Condition; box: number[] }, tell: Tell): VirtualThread<void> {
      const release = yield* call<() => void>(condition, 'acquireSync');
      if (how === 'waits') yield* call(condition, 'waitSync');
      else yield* call(condition, 'waitForSync', () => box.length > 0);
      tell(`got ${box.pop()}`);
      release();
    };
  const run = (how: 'waits' | 'waits for it'): readonly string[] =>
    outcomes(
      () => ({ condition: new Condition(), box: [] as number[] }),
      [
        consumer(how),
        function* ({ condition, box }) {
          const release = yield* call<() => void>(condition, 'acquireSync');
          box.push(7);
          yield* call(condition, 'notifyAll');
          release();
        },
      ],
    ).outcomes;
  expect(run('waits')).toEqual(['deadlock', 'got 7']);
  expect(run('waits for it')).toEqual(['got 7']);
});

it('Semaphore: as many as there are permits, no more and no fewer; a bounded one takes none that was not given out', () => {
  let most = 0;
  const visit = function* (state: { permits: Semaphore; inside: number }): VirtualThread<void> {
    const release = yield* call<() => void>(state.permits, 'acquireSync');
    state.inside += 1;
    most = Math.max(most, state.inside);
    expect(state.inside).toBeLessThanOrEqual(2);
    yield;
    state.inside -= 1;
    release();
  };
  const { outcomes: seen } = outcomes(() => ({ permits: new BoundedSemaphore(2), inside: 0 }), [visit, visit, visit]);
  expect([seen, most]).toEqual([[''], 2]);
  const releases = function* (permits: Semaphore, tell: Tell): VirtualThread<void> {
    try {
      yield* call(permits, 'release');
    } catch (error) {
      tell((error as { code: string }).code);
    }
  };
  expect(outcomes(() => new BoundedSemaphore(1), [releases]).outcomes).toEqual(['ERR_SEMAPHORE_RELEASE']);
});

it('Event: set wakes all, and a limit is kept', () => {
  const waits = function* (event: Event, tell: Tell): VirtualThread<void> {
    tell(`${yield* call<boolean>(event, 'waitSync')}`);
  };
  const sets = function* (event: Event): VirtualThread<void> {
    yield* call(event, 'set');
  };
  expect(outcomes(() => new Event(), [waits, waits, sets]).outcomes).toEqual(['true true']);
  const hurries = function* (event: Event, tell: Tell): VirtualThread<void> {
    const isSet = yield* call<boolean>(event, 'waitSync', { timeout: 10 });
    tell(`${isSet} at ${world.clock}`);
  };
  const late = function* (event: Event): VirtualThread<void> {
    yield* sleep(10);
    yield* call(event, 'set');
  };
  expect(outcomes(() => new Event(), [hurries]).outcomes).toEqual(['false at 10']);
  // At one instant either may be first.
  expect(outcomes(() => new Event(), [hurries, late]).outcomes).toContain('false at 10');
  expect(outcomes(() => new Event(), [hurries, sets]).outcomes).toEqual(['true at 0']);
});

it('Barrier: lets all go at once, each with a number of its own; breaks for all when one has waited too long', () => {
  const comes = function* ({ barrier, came }: { barrier: Barrier; came: number[] }, tell: Tell): VirtualThread<void> {
    came.push(1);
    const index = yield* call<number>(barrier, 'waitSync');
    expect(came.length).toBe(3);
    tell(index);
  };
  const { outcomes: seen } = outcomes(() => ({ barrier: new Barrier(3), came: [] as number[] }), [comes, comes, comes]);
  expect(new Set(seen.map((each) => each.split(' ').sort().join()))).toEqual(new Set(['0,1,2']));
  const hurries = function* (barrier: Barrier, tell: Tell): VirtualThread<void> {
    try {
      tell(yield* call<number>(barrier, 'waitSync', { timeout: 10 }));
    } catch (error) {
      tell(`${(error as { code: string }).code} at ${world.clock}`);
    }
  };
  expect(outcomes(() => new Barrier(3), [hurries, hurries]).outcomes).toEqual(['ERR_BARRIER_BROKEN at 10 ERR_BARRIER_BROKEN at 10']);
});

it.each([
  ['Queue with room for one', () => new Queue<number>(1)],
  ['SimpleQueue', () => new SimpleQueue<number>()],
] as const)('%s: items of one thread come out in the order in which they went in, none twice and none lost', (_, make) => {
  const puts = (...items: readonly number[]) =>
    function* (queue: object): VirtualThread<void> {
      for (const item of items) yield* call(queue, 'putSync', item);
    };
  const gets = function* (queue: object, tell: Tell): VirtualThread<void> {
    for (let n = 0; n < 3; n += 1) tell(yield* call<number>(queue, 'getSync'));
  };
  expect(outcomes<object>(make, [puts(1, 2), puts(3), gets]).outcomes).toEqual(['1 2 3', '1 3 2', '3 1 2']);
});

it('LifoQueue and PriorityQueue: the last one first, the smallest one first, of those that are there', () => {
  const puts = (...items: readonly number[]) =>
    function* (queue: object): VirtualThread<void> {
      for (const item of items) yield* call(queue, 'putSync', item);
    };
  const gets = function* (queue: object, tell: Tell): VirtualThread<void> {
    for (let n = 0; n < 3; n += 1) tell(yield* call<number>(queue, 'getSync'));
  };
  // By hand: 2 is put in before 1 and after nothing, 3 at any time, and each may be taken out at once or later.
  expect(outcomes<object>(() => new LifoQueue<number>(), [puts(2, 1), puts(3), gets]).outcomes).toEqual([
    '1 2 3',
    '1 3 2',
    '2 1 3',
    '2 3 1',
    '3 1 2',
    '3 2 1',
  ]);
  expect(outcomes<object>(() => new PriorityQueue<number>(), [puts(2, 1), puts(3), gets]).outcomes).toEqual([
    '1 2 3',
    '2 1 3',
    '2 3 1',
    '3 1 2',
    '3 2 1',
  ]);
});

it('Queue: an empty one keeps a limit, and join waits for all to be done', () => {
  const hurries = function* (queue: object, tell: Tell): VirtualThread<void> {
    try {
      yield* call(queue, 'getSync', { timeout: 10 });
    } catch (error) {
      tell(`${(error as { code: string }).code} at ${world.clock}`);
    }
  };
  expect(outcomes<object>(() => new Queue(), [hurries]).outcomes).toEqual(['ERR_QUEUE_EMPTY at 10']);
  const { outcomes: seen } = outcomes<Queue<number>>(() => {
    const queue = new Queue<number>();
    queue.tryPut(1);
    return queue;
  }, [
    function* (queue, tell) {
      yield* call(queue, 'getSync');
      tell('got');
      yield;
      tell('done');
      yield* call(queue, 'taskDone');
    },
    function* (queue, tell) {
      yield* call(queue, 'joinSync');
      tell('joined');
    },
  ]);
  expect(seen).toEqual(['got done joined']);
});
