/**
 * What moves do to the state is seen, whatever the state is made of; what cannot be seen counts as done. The state behaves as if nobody watched.
 */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/sim/engine.js';
import { equipLocks } from '../../src/sim/primitives/locks.js';
import type { Program } from '../../src/sim/program.js';
import { SourceDpor } from '../../src/sim/strategies/dpor.js';
import { Exhaustive } from '../../src/sim/strategies/exhaustive.js';
import { Replay } from '../../src/sim/strategies/replay.js';
import type { VirtualThread } from '../../src/sim/switch-point.js';
import { Watcher } from '../../src/sim/watch.js';
import { Condition } from '../../src/threading/condition.js';
import { Lock } from '../../src/threading/lock.js';
import { count, programOf } from './drive.js';

type Body<S> = (state: S) => void;

/** Threads that do these things, one after another, a switch point before each. */
function threads<S>(...bodies: readonly (readonly Body<S>[])[]): ((state: S) => VirtualThread<void>)[] {
  return bodies.map((steps) => {
    return function* (state) {
      for (const step of steps) {
        yield;
        step(state);
      }
    };
  });
}

/** How many schedules there are, and of how many kinds; all ends are seen by both searches. */
function kinds(program: Program, endOf: (state: never) => unknown = (state) => state): [number, number] {
  const run = (strategy: Exhaustive | SourceDpor): [number, string[]] => {
    const ends = new Set<string>();
    const { schedules } = count(program, strategy, 1e5, ({ failure, state }) => {
      ends.add(`${failure?.kind} ${(failure?.error as Error | undefined)?.message} ${JSON.stringify(endOf(state as never))}`);
    });
    expect(strategy.proof).toMatchObject({ kind: 'complete' });
    return [schedules, [...ends].sort()];
  };
  const [all, ends] = run(new Exhaustive());
  const [few, same] = run(new SourceDpor());
  expect(same).toEqual(ends);
  return [all, few];
}

describe('the accesses of a schedule', () => {
  const accesses = <S>(state: () => S, ...steps: readonly Body<S>[]): string[] => {
    const watcher = new Watcher('accesses');
    new Engine(watcher.watch(programOf(state, threads(steps)))).run(new Replay([]), watcher);
    return watcher.accesses.map(({ thread, object, key, kind, before, after }) => {
      const place = key === undefined ? object : `${object}.${String(key)}`;
      return `${thread} ${place} ${kind === 'read' ? '' : `${JSON.stringify(before)} → `}${JSON.stringify(after)}`;
    });
  };

  it('are those of properties, with their values before and after', () => {
    expect(
      accesses(
        () => ({ x: 1, inner: { list: [1, 2] } }),
        (s) => {
          s.x += 1;
        },
        (s) => {
          s.inner.list[1] = s.x;
        },
      ),
    ).toEqual(['0 s.x 1', '0 s.x 1 → 2', '0 s.inner {"list":[1,2]}', '0 s.inner.list [1,2]', '0 s.x 2', '0 s.inner.list.1 2 → 2']);
  });

  it('are those that methods and getters of a class make', () => {
    class Counter {
      value = 3;
      get double(): number {
        return this.value * 2;
      }
      add(): void {
        this.value += 1;
      }
    }
    const seen = accesses(
      () => new Counter(),
      (s) => {
        s.add();
      },
      (s) => {
        expect(s.double).toBe(8);
      },
    );
    expect(seen.filter((line) => line.includes('value'))).toEqual(['0 s.value 3', '0 s.value 3 → 4', '0 s.value 4']);
  });
});

describe('threads under watch', () => {
  it('see what they would see unwatched', () => {
    class Node {
      readonly name: string;
      next: Node | null;
      constructor(name: string, next: Node | null = null) {
        this.name = name;
        this.next = next;
      }
    }
    const check = (s: ReturnType<typeof state>): void => {
      const own = { name: 'own' };
      const { tail, list, map, set, frozen } = s;
      expect(s.head.next === tail).toBe(true);
      expect(list[0] === s.head && list.includes(tail) && list.indexOf(tail) === 1).toBe(true);
      expect(Array.isArray(list) && s.head instanceof Node && map instanceof Map).toBe(true);
      expect(list.map(({ name }) => name)).toEqual(['a', 'b']);
      expect([...list, ...list].length).toBe(4);
      expect(Object.keys(s.head)).toEqual(['name', 'next']);
      expect(JSON.stringify(s.head)).toBe('{"name":"a","next":{"name":"b","next":null}}');
      expect('next' in s.head && !('other' in s.head)).toBe(true);
      expect(map.get('b') === tail && map.size === 1 && [...map.values()][0] === tail && map.has('b')).toBe(true);
      expect([...map][0]).toEqual(['b', tail]);
      expect(set.has(tail) && [...set][0] === tail).toBe(true);
      expect(frozen.inner.x).toBe(1);
      expect(() => Object.assign(frozen, { inner: null })).toThrow(TypeError);
      frozen.inner.x = 2;
      expect(frozen.inner.x).toBe(2);
      // What a thread made itself stays itself.
      s.any = own;
      expect(s.any === own).toBe(true);
      map.set('own', own as never);
      expect(map.get('own') === (own as never)).toBe(true);
      list.push(s.head);
      expect(list.length).toBe(3);
      expect(list.pop() === s.head).toBe(true);
      expect(list.length).toBe(2);
      list.splice(0, 1);
      expect(list.length === 1 && list[0] === tail).toBe(true);
      list.length = 0;
      expect(list[0]).toBeUndefined();
      map.forEach((value, key, whole) => {
        expect(whole === map && map.get(key) === value).toBe(true);
      });
      expect(set.delete(tail) && set.size === 0).toBe(true);
      delete (s as { any?: unknown }).any;
      expect('any' in s).toBe(false);
      Object.defineProperty(s, 'hidden', { value: 7, configurable: true });
      expect(Reflect.get(s, 'hidden')).toBe(7);
      s.secret.add();
      expect(s.secret.value).toBe(1);
      s.words[0] = 5;
      expect(Atomics.add(s.words, 0, 1)).toBe(5);
      expect(s.day.getTime()).toBe(0);
      expect(s.closed()).toBe(1);
      expect(s.own).toBe(9);
    };
    class Secret {
      #value = 0;
      add(): void {
        this.#value += 1;
      }
      get value(): number {
        return this.#value;
      }
    }
    const state = () => {
      const tail = new Node('b');
      const head = new Node('a', tail);
      const captured = { calls: 0 };
      return {
        head,
        tail,
        list: [head, tail],
        map: new Map([['b', tail]]),
        set: new Set([tail]),
        frozen: Object.freeze({ inner: { x: 1 } }),
        any: null as unknown,
        secret: new Secret(),
        words: new Int32Array(new SharedArrayBuffer(8)),
        day: new Date(0),
        closed: () => {
          captured.calls += 1;
          return captured.calls;
        },
        get own() {
          return 9;
        },
      };
    };
    const program = programOf(state, threads([check]));
    expect(count(program, new Exhaustive())).toMatchObject({ schedules: 1, failed: 0 });
    const engine = new Engine(program);
    engine.run(new Replay([]));
    expect(engine.failure).toBeUndefined();
    const dpor = new SourceDpor();
    count(program, dpor, 1, ({ failure }) => expect(failure?.error).toBeUndefined());
  });
});

describe('how many kinds of schedules there are', () => {
  const add = (by: number) => (s: { x: number }) => {
    s.x += by;
  };

  it('with different properties, or different places of an array: one', () => {
    const other = (s: { y: number }) => {
      s.y += 1;
    };
    expect(kinds(programOf(() => ({ x: 0, y: 0 }), threads<{ x: number; y: number }>([add(1), add(1)], [other, other])))).toEqual([6, 1]);
    const place = (at: number) => (list: number[]) => {
      list[at]! += 1;
    };
    expect(kinds(programOf(() => [0, 0], threads([place(0), place(0)], [place(1), place(1)])))).toEqual([6, 1]);
  });

  it('with the same property: all that differ', () => {
    expect(kinds(programOf(() => ({ x: 0 }), threads([add(1)], [add(2)], [add(3)])))).toEqual([6, 6]);
  });

  it('with a Map, a Set, or keys: it is one thing', () => {
    const put = (key: string) => (map: Map<string, number>) => {
      map.set(key, map.size);
    };
    expect(
      kinds(
        programOf(() => new Map<string, number>(), threads([put('a')], [put('b')])),
        (map: Map<string, number>) => [...map],
      ),
    ).toEqual([2, 2]);
    const set = (key: string) => (s: Record<string, number>) => {
      s[key] = Object.keys(s).length;
    };
    expect(kinds(programOf(() => ({}), threads([set('a')], [set('b')])))).toEqual([2, 2]);
  });

  it('with what bears no watching: as many as there are schedules, and no end is missed', () => {
    class Secret {
      #value = 1;
      readonly friend: { x: number };
      constructor(friend: { x: number }) {
        this.friend = friend;
      }
      change(by: number): void {
        this.#value = this.#value * by + 1;
        this.friend.x = this.#value;
      }
    }
    const state = () => {
      const friend = { x: 0 };
      return { friend, secret: new Secret(friend), seen: 0 };
    };
    type S = ReturnType<typeof state>;
    const change = (by: number) => (s: S) => s.secret.change(by);
    const look = (s: S) => {
      s.seen = s.friend.x;
    };
    expect(kinds(programOf(state, threads<S>([change(2)], [change(3)], [look])))).toEqual([6, 6]);
  });

  it('with captured objects, typed arrays, and closures', () => {
    const captured = () => {
      const box = { n: 1 };
      return { box, times: (by: number) => (box.n = box.n * by + 1), seen: 0 };
    };
    type C = ReturnType<typeof captured>;
    const times = (by: number) => (s: C) => {
      s.times(by);
    };
    const look = (s: C) => {
      s.seen = s.box.n;
    };
    expect(kinds(programOf(captured, threads<C>([times(2)], [times(3)], [look])))[1]).toBe(6);
    const words = () => ({ words: new Int32Array(2) });
    const word = (by: number) => (s: ReturnType<typeof words>) => {
      s.words[0] = s.words[0]! * by + 1;
    };
    expect(kinds(programOf(words, threads([word(2)], [word(3)])))).toEqual([2, 2]);
  });

  it('with objects that threads made: whoever has one may change it at any time', () => {
    interface S {
      shared: { n: number } | null;
      seen: number[];
    }
    function* maker(s: S): VirtualThread<void> {
      const own = { n: 1 };
      yield;
      s.shared = own;
      yield;
      own.n = 2;
      yield;
      own.n = 3;
    }
    function* taker(s: S): VirtualThread<void> {
      yield;
      const { shared } = s;
      yield;
      s.seen.push(shared?.n ?? 0);
    }
    kinds(programOf<S>(() => ({ shared: null, seen: [] }), [maker, taker]));
  });

  it('with what must always hold', () => {
    const set = (key: 'a' | 'b') => (s: { a: number; b: number }) => {
      s[key] = 1;
    };
    const state = () => ({ a: 0, b: 0 });
    const program = programOf(state, threads<{ a: number; b: number }>([set('a')], [set('b')]), {
      always: (s) => !(s.b === 1 && s.a === 0),
    });
    expect(kinds(program)).toEqual([2, 2]);
    expect(kinds({ ...program, always: undefined })).toEqual([2, 1]);
  });
});

describe('locks and conditions of gil/threading', () => {
  equipLocks();
  const TWIN = Symbol.for('gil.twin');
  const call = <O extends object>(object: O, method: keyof O): VirtualThread => {
    const twin = Reflect.get(object[method] as object, TWIN) as (this: O) => VirtualThread;
    return twin.call(object);
  };

  it('take part like any other', () => {
    const state = () => ({ one: new Lock(), other: new Lock(), log: '' });
    type S = ReturnType<typeof state>;
    const body = (name: string, first: 'one' | 'other', second: 'one' | 'other') =>
      function* (s: S): VirtualThread<void> {
        const free = (yield* call(s[first], 'acquireSync')) as () => void;
        const freeToo = (yield* call(s[second], 'acquireSync')) as () => void;
        s.log += name;
        freeToo();
        yield;
        s.log += name;
        free();
      };
    const log = ({ log }: S) => log;
    kinds(programOf(state, [body('a', 'one', 'other'), body('b', 'other', 'one')]), log);
    kinds(programOf(state, [body('a', 'one', 'other'), body('b', 'one', 'other'), body('c', 'one', 'other')]), log);
  });

  it('and so does who waits to be notified', () => {
    const state = () => {
      const lock = new Lock();
      return { lock, changed: new Condition(lock), ready: 0, log: '' };
    };
    type S = ReturnType<typeof state>;
    function* waiter(s: S): VirtualThread<void> {
      const free = (yield* call(s.lock, 'acquireSync')) as () => void;
      // `if` where `while` is needed.
      if (s.ready === 0) yield* call(s.changed, 'waitSync');
      s.ready -= 1;
      s.log += `${s.ready} `;
      free();
    }
    function* notifier(s: S): VirtualThread<void> {
      const free = (yield* call(s.lock, 'acquireSync')) as () => void;
      s.ready += 1;
      yield* call(s.changed, 'notify');
      free();
    }
    const log = ({ log }: S) => log;
    kinds(programOf(state, [waiter, waiter, notifier]), log);
    kinds(programOf(state, [waiter, notifier, notifier]), log);
  });
});
