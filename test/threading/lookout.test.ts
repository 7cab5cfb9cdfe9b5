/**
 * Who waits for whom, under many schedules: every circle is told of by one of those in it, and nothing else is. And what stands in the
 * table of waits when its threads come, go and die.
 */
import { expect, it } from 'vitest';
import { dropMutex, MUTEX_WORDS, ownerIn, STATE, takeMutex } from '../../src/lock/mutex.js';
import { createWords } from '../../src/lock/object-memory.js';
import { perform } from '../../src/steps/perform.js';
import { CHANGED, type Protocol, type Step, TIMED_OUT, WOKEN, type Words } from '../../src/steps/step.js';
import { type Look, Lookout, type Told } from '../../src/threading/lookout.js';
import { createTable, WaitTable } from '../../src/threading/wait-table.js';

/** Whole numbers below `limit`, the same for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % limit;
  };
}

interface Thread {
  readonly program: Protocol<void>;
  turn: IteratorResult<Step, void>;
  asleep: Step | undefined;
}

class Circle extends Error {
  readonly told: readonly Told[];
  constructor(told: readonly Told[]) {
    super('a circle');
    this.told = told;
  }
}

/** Takes a lock under watch. */
function* takeWatched(table: WaitTable, words: Words, number: number): Protocol<void> {
  const lookout = new Lookout(table, number);
  const suspect = () => {
    const told = lookout.look(() => ({ owner: ownerIn(words[STATE]!), text: `${number}` }));
    if (told !== undefined) throw new Circle(told);
  };
  try {
    yield* takeMutex({ words, number, suspect }, Number.POSITIVE_INFINITY);
  } finally {
    lookout.end();
  }
}

/** One run: each thread takes and drops locks in an order of its own. Gives how many circles there were, or what is wrong. */
function run(seed: number, count: number): { readonly circles: number; readonly failure: string } {
  const draw = dice(seed);
  const table = new WaitTable(createTable());
  const locks = Array.from({ length: count }, () => createWords(MUTEX_WORDS));
  const waitsFor = new Map<number, Words>();
  let circles = 0;
  let failure = '';

  /** The circle of this thread, by what the threads know themselves. */
  const truth = (number: number): string => {
    const chain: number[] = [];
    for (let next = number; !chain.includes(next) && next !== 0; ) {
      chain.push(next);
      const words = waitsFor.get(next);
      next = words === undefined ? 0 : ownerIn(words[STATE]!);
      if (next === number) return chain.join();
    }
    return 'none';
  };
  const work = function* (number: number): Protocol<void> {
    const held: Words[] = [];
    try {
      for (let turn = draw(2 * count); turn >= 0; turn -= 1) {
        const words = locks[draw(count)]!;
        if (held.includes(words)) {
          held.splice(held.indexOf(words), 1);
          yield* dropMutex({ words });
        } else {
          waitsFor.set(number, words);
          yield* takeWatched(table, words, number);
          waitsFor.delete(number);
          held.push(words);
        }
      }
    } catch (error) {
      if (!(error instanceof Circle)) throw error;
      circles += 1;
      const told = error.told.map(({ thread }) => thread).join();
      if (told !== truth(number)) failure = `told of ${told}, but the circle is ${truth(number)}`;
      waitsFor.delete(number);
    }
    for (const words of held) yield* dropMutex({ words });
  };

  const threads: Thread[] = Array.from({ length: count }, (_, index) => {
    const program = work(index + 1);
    return { program, turn: program.next(), asleep: undefined };
  });
  for (let step = 0; step < 5000 && failure === ''; step += 1) {
    const going = threads.filter(({ turn }) => !turn.done);
    if (going.length === 0) return { circles, failure };
    // Each may go on at any time: who sleeps has slept long enough by then.
    const thread = going[draw(going.length)]!;
    const { operation, words, index, first } = thread.turn.value as Step;
    if (thread.asleep !== undefined) {
      thread.asleep = undefined;
      thread.turn = thread.program.next(TIMED_OUT);
    } else if (operation === 'wait' && words[index] === first) {
      thread.asleep = thread.turn.value as Step;
    } else if (operation === 'notify') {
      const woken = threads.filter(({ asleep }) => asleep?.words === words && asleep.index === index).slice(0, first);
      for (const each of woken) {
        each.asleep = undefined;
        each.turn = each.program.next(WOKEN);
      }
      thread.turn = thread.program.next(woken.length);
    } else thread.turn = thread.program.next(operation === 'wait' ? CHANGED : perform(thread.turn.value as Step));
  }
  return { circles, failure: failure || 'a circle that nobody told of' };
}

it.each([2, 3, 4])('%i threads, locks in any order', (count) => {
  let circles = 0;
  for (let seed = 1; seed <= 400; seed += 1) {
    const outcome = run(seed, count);
    expect([seed, outcome.failure]).toEqual([seed, '']);
    circles += outcome.circles;
  }
  expect(circles).toBeGreaterThan(20);
});

/** Two lookouts at a table. */
function pair() {
  const table = new WaitTable(createTable());
  const at =
    (owner: number): Look =>
    () => ({ owner, text: 'x' });
  return { table, one: new Lookout(table, 1), two: new Lookout(table, 2), forOne: at(1), forTwo: at(2) };
}

it('a circle is confirmed only by a new look of everybody in it: the dead look no more', () => {
  const { one, two, forOne, forTwo } = pair();
  expect(one.look(forTwo)).toBe(undefined);
  for (let look = 0; look < 10; look += 1) expect(two.look(forOne)).toBe(undefined);
  one.look(forTwo);
  expect(two.look(forOne)).toEqual([
    { thread: 2, text: 'x' },
    { thread: 1, text: 'x' },
  ]);
});

it('who began to wait first does not tell', () => {
  const { one, two, forOne, forTwo } = pair();
  one.look(forTwo);
  two.look(forOne);
  for (let look = 0; look < 3; look += 1) expect(one.look(forTwo)).toBe(undefined);
});

it('a wait that was over in between is another one: it is the last now', () => {
  const { table, one, two, forOne, forTwo } = pair();
  one.look(forTwo);
  two.look(forOne);
  one.end();
  const again = new Lookout(table, 1);
  expect(again.look(forTwo)).toBe(undefined);
  expect(two.look(forOne)).toBe(undefined);
  expect(again.look(forTwo)).toHaveLength(2);
});

it('an owner that changed in between breaks it', () => {
  const { one, two, forOne, forTwo } = pair();
  one.look(forTwo);
  two.look(forOne);
  one.look(() => ({ owner: 0, text: 'x' }));
  expect(two.look(forOne)).toBe(undefined);
  one.look(forTwo);
  expect(two.look(forOne)).toBe(undefined);
});

it('a row is free again when its wait is over, or its thread is dead; it is given back once', () => {
  const { table, one, two, forOne, forTwo } = pair();
  one.look(forTwo);
  two.look(forOne);
  const [first, second] = [table.enter(3)! - 10, table.enter(4)! - 10];
  table.bury(1);
  expect(table.enter(5)).toBe(first);
  one.end();
  expect(table.enter(6)).toBe(second + 15);
  two.end();
  expect(table.enter(7)).toBe(second);
});

it('is full at 256: the next one waits unseen', () => {
  const { table, one, forOne } = pair();
  const places = Array.from({ length: 256 }, (_, index) => table.enter(100 + index));
  expect(new Set(places).size).toBe(256);
  expect(table.enter(1)).toBe(undefined);
  expect(one.look(forOne)).toBe(undefined);
  table.bury(150);
  expect(one.look(forOne)).toEqual([{ thread: 1, text: 'x' }]);
});
