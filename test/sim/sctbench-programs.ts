/**
 * The programs of SCTBench (Thomson, Donaldson, Betts: PPoPP 2014) and a few of our own, as hand-written threads. A switch point stands before
 * each operation on what is shared: acquire, wait, signal, read, write. A release is none.
 */
import type { Program } from '../../src/sim/program.js';
import { Point, type VirtualThread } from '../../src/sim/switch-point.js';
import { programOf } from './drive.js';
import { acquire, condition, type Mutex, mutex, release, signal, wait } from './primitives.js';

type Thread = VirtualThread<void>;

function assert(condition: boolean, message = 'assertion'): void {
  if (!condition) throw new Error(message);
}

function* get<S, K extends keyof S & string>(state: S, key: K): Generator<Point, S[K], number> {
  yield new Point('read', key);
  return state[key];
}

function* set<S, K extends keyof S & string>(state: S, key: K, value: S[K]): Thread {
  yield new Point('write', key);
  state[key] = value;
}

function* bump<S extends Record<K, number>, K extends keyof S & string>(state: S, key: K): Thread {
  const value = yield* get(state, key);
  yield* set(state, key, (value + 1) as S[K]);
}

/** So many of the same thread. */
function repeat<S>(count: number, body: (state: S) => Thread): ((state: S) => Thread)[] {
  return new Array<(state: S) => Thread>(count).fill(body);
}

function account(): Program {
  const state = () => ({ m: mutex(), balance: 1, deposited: false, withdrawn: false });
  type S = ReturnType<typeof state>;
  return programOf<S>(state, [
    function* (s) {
      yield* acquire(s.m);
      if (s.deposited && s.withdrawn) assert(s.balance === 1 - 2 - 4);
      release(s.m);
    },
    function* (s) {
      yield* acquire(s.m);
      s.balance += 2;
      s.deposited = true;
      release(s.m);
    },
    function* (s) {
      yield* acquire(s.m);
      s.balance -= 4;
      s.withdrawn = true;
      release(s.m);
    },
  ]);
}

function lazy01(): Program {
  const state = () => ({ m: mutex(), data: 0 });
  const inside = (run: (s: ReturnType<typeof state>) => void) =>
    function* (s: ReturnType<typeof state>): Thread {
      yield* acquire(s.m);
      run(s);
      release(s.m);
    };
  return programOf(state, [
    inside((s) => {
      s.data += 1;
    }),
    inside((s) => {
      s.data += 2;
    }),
    inside((s) => assert(s.data < 3)),
  ]);
}

/** A slot with two conditions: the shape of several programs. */
interface Slot {
  readonly m: Mutex;
  readonly empty: ReturnType<typeof condition>;
  readonly full: ReturnType<typeof condition>;
  num: number;
  total: number;
  flag: boolean;
}

const slot = (num: number) => (): Slot => ({ m: mutex(), empty: condition(), full: condition(), num, total: 0, flag: false });

function produce(times: number): (s: Slot) => Thread {
  return function* (s) {
    for (let i = 0; i < times; i += 1) {
      yield* acquire(s.m);
      while (s.num > 0) yield* wait(s.empty, s.m);
      s.num += 1;
      release(s.m);
      yield* signal(s.full);
    }
  };
}

function arithmetic(): Program {
  return programOf<Slot>(
    slot(0),
    [
      produce(3),
      function* (s) {
        for (let j = 0; j < 3; j += 1) {
          yield* acquire(s.m);
          while (s.num === 0) yield* wait(s.full, s.m);
          s.total += j;
          s.num -= 1;
          release(s.m);
          yield* signal(s.empty);
        }
        s.total += 3;
        s.flag = true;
      },
    ],
    { after: (s) => !s.flag || s.total !== 6 },
  );
}

function sync01(): Program {
  return programOf<Slot>(slot(1), [
    produce(1),
    function* (s) {
      yield* acquire(s.m);
      while (s.num === 0) yield* wait(s.full, s.m);
      release(s.m);
      yield* signal(s.empty);
    },
  ]);
}

function sync02(): Program {
  return programOf<Slot>(slot(2), [
    produce(2),
    function* (s) {
      for (let j = 0; j < 2; j += 1) {
        yield* acquire(s.m);
        while (s.num === 0) yield* wait(s.full, s.m);
        s.num -= 1;
        release(s.m);
        yield* signal(s.empty);
      }
    },
  ]);
}

function bluetooth(): Program {
  const state = () => ({ pending: 1, stopping: false, event: false, stopped: false, a: mutex() });
  type S = ReturnType<typeof state>;
  function* dec(s: S): Thread {
    yield* acquire(s.a);
    s.pending -= 1;
    const p = s.pending;
    release(s.a);
    if (p === 0) yield* set(s, 'event', true);
  }
  return programOf<S>(state, [
    function* (s) {
      if (!(yield* get(s, 'stopping'))) {
        yield* acquire(s.a);
        s.pending += 1;
        release(s.a);
        assert(!(yield* get(s, 'stopped')));
      }
      yield* dec(s);
    },
    function* (s) {
      yield* set(s, 'stopping', true);
      yield* dec(s);
      if (yield* get(s, 'event')) yield* set(s, 'stopped', true);
    },
  ]);
}

function locks(first: readonly ['a' | 'b', 'a' | 'b'], second: readonly ['a' | 'b', 'a' | 'b']): Program {
  const state = () => ({ a: mutex(), b: mutex(), counter: 0 });
  const both = ([outer, inner]: readonly ['a' | 'b', 'a' | 'b'], amount: number) =>
    function* (s: ReturnType<typeof state>): Thread {
      yield* acquire(s[outer]);
      yield* acquire(s[inner]);
      s.counter += amount;
      release(s[inner]);
      release(s[outer]);
    };
  return programOf(state, [both(first, 1), both(second, -1)]);
}

function circularBuffer(): Program {
  const state = () => ({ m: mutex(), send: true, receive: false, buffer: [] as number[] });
  type S = ReturnType<typeof state>;
  return programOf<S>(state, [
    function* (s) {
      for (let i = 0; i < 7; i += 1) {
        yield* acquire(s.m);
        if (s.send) {
          s.buffer.push(i);
          s.send = false;
          s.receive = true;
        }
        release(s.m);
      }
    },
    function* (s) {
      for (let i = 0; i < 7; i += 1) {
        yield* acquire(s.m);
        if (s.receive) {
          assert(s.buffer.shift() === i);
          s.receive = false;
          s.send = true;
        }
        release(s.m);
      }
    },
  ]);
}

function stack(): Program {
  const state = () => ({ m: mutex(), top: 0, flag: false });
  type S = ReturnType<typeof state>;
  return programOf<S>(state, [
    function* (s) {
      for (let i = 0; i < 10; i += 1) {
        yield* acquire(s.m);
        assert(s.top !== 10);
        s.top += 1;
        s.flag = true;
        release(s.m);
      }
    },
    function* (s) {
      for (let i = 0; i < 10; i += 1) {
        yield* acquire(s.m);
        if (s.flag) {
          assert(s.top !== 0);
          s.top -= 1;
        }
        release(s.m);
      }
    },
  ]);
}

function reorder(setters: number, checkers: number): Program {
  const state = () => ({ a: 0, b: 0 });
  type S = ReturnType<typeof state>;
  function* setter(s: S): Thread {
    yield* set(s, 'a', 1);
    yield* set(s, 'b', -1);
  }
  function* checker(s: S): Thread {
    const isUnset = (yield* get(s, 'a')) === 0 && (yield* get(s, 'b')) === 0;
    assert(isUnset || ((yield* get(s, 'a')) === 1 && (yield* get(s, 'b')) === -1));
  }
  return programOf<S>(state, [...repeat(setters, setter), ...repeat(checkers, checker)]);
}

function twoStage(writers: number, readers: number): Program {
  const state = () => ({ l1: mutex(), l2: mutex(), d1: 0, d2: 0 });
  type S = ReturnType<typeof state>;
  function* writer(s: S): Thread {
    yield* acquire(s.l1);
    s.d1 = 1;
    release(s.l1);
    yield* acquire(s.l2);
    s.d2 = s.d1 + 1;
    release(s.l2);
  }
  function* reader(s: S): Thread {
    yield* acquire(s.l1);
    const t1 = s.d1;
    release(s.l1);
    if (t1 === 0) return;
    yield* acquire(s.l2);
    const t2 = s.d2;
    release(s.l2);
    assert(t2 === t1 + 1);
  }
  return programOf<S>(state, [...repeat(writers, writer), ...repeat(readers, reader)]);
}

function wrongLock(others: number): Program {
  const state = () => ({ dataLock: mutex(), thisLock: mutex(), data: 0 });
  type S = ReturnType<typeof state>;
  function* first(s: S): Thread {
    yield* acquire(s.dataLock);
    const x = yield* get(s, 'data');
    yield* bump(s, 'data');
    assert((yield* get(s, 'data')) === x + 1);
    release(s.dataLock);
  }
  function* other(s: S): Thread {
    yield* acquire(s.thisLock);
    yield* bump(s, 'data');
    release(s.thisLock);
  }
  return programOf<S>(state, [first, ...repeat(others, other)]);
}

function philosophersSat(count: number): Program {
  const state = () => ({ a: mutex(), phil: 0 });
  type S = ReturnType<typeof state>;
  function* philosopher(s: S): Thread {
    yield* acquire(s.a);
    release(s.a);
    yield* bump(s, 'phil');
    assert((yield* get(s, 'phil')) !== count);
  }
  return programOf<S>(state, repeat(count, philosopher));
}

function philosophers(count: number): Program {
  const state = () => ({ forks: Array.from({ length: count }, mutex) });
  return programOf(
    state,
    Array.from({ length: count }, (_, at) => {
      return function* ({ forks }: ReturnType<typeof state>): Thread {
        const [left, right] = [forks[at]!, forks[(at + 1) % count]!];
        yield* acquire(left);
        yield* acquire(right);
        release(right);
        release(left);
      };
    }),
  );
}

function phase01(): Program {
  const state = () => ({ x: mutex(), y: mutex() });
  function* thread(s: ReturnType<typeof state>): Thread {
    yield* acquire(s.x);
    release(s.x);
    yield* acquire(s.x);
    yield* acquire(s.y);
    release(s.y);
    yield* acquire(s.y);
    release(s.y);
  }
  return programOf(state, [thread, thread]);
}

function lostUpdate(): Program {
  const state = () => ({ x: 0 });
  function* thread(s: ReturnType<typeof state>): Thread {
    yield* bump(s, 'x');
  }
  return programOf(state, [thread, thread], { after: (s) => s.x === 2 });
}

function checkThenAct(): Program {
  const state = () => ({ cache: null as number | null, made: 0 });
  function* thread(s: ReturnType<typeof state>): Thread {
    if ((yield* get(s, 'cache')) !== null) return;
    yield* set(s, 'cache', 1);
    s.made += 1;
  }
  return programOf(state, [thread, thread], { after: (s) => s.made === 1 });
}

function lostWakeupIf(): Program {
  const state = () => ({ n: 0, m: mutex(), notEmpty: condition(), notFull: condition() });
  type S = ReturnType<typeof state>;
  function* producer(s: S): Thread {
    for (let i = 0; i < 2; i += 1) {
      yield* acquire(s.m);
      if (s.n === 1) yield* wait(s.notFull, s.m);
      s.n += 1;
      assert(s.n <= 1);
      yield* signal(s.notEmpty);
      release(s.m);
    }
  }
  function* consumer(s: S): Thread {
    yield* acquire(s.m);
    if (s.n === 0) yield* wait(s.notEmpty, s.m);
    s.n -= 1;
    assert(s.n >= 0);
    yield* signal(s.notFull);
    release(s.m);
  }
  return programOf<S>(state, [producer, consumer, consumer]);
}

function doubleChecked(): Program {
  const state = () => ({ ready: false, value: null as number | null, m: mutex() });
  function* thread(s: ReturnType<typeof state>): Thread {
    if (!(yield* get(s, 'ready'))) {
      yield* acquire(s.m);
      if (!(yield* get(s, 'ready'))) {
        yield* set(s, 'ready', true);
        yield* set(s, 'value', 42);
      }
      release(s.m);
    }
    assert((yield* get(s, 'value')) === 42);
  }
  return programOf(state, [thread, thread]);
}

function tokenRing(): Program {
  const state = () => ({ m: mutex(), x: [1, 2, 1] as [number, number, number], done: 0 });
  type S = ReturnType<typeof state>;
  const inside = (run: (s: S) => void) =>
    function* (s: S): Thread {
      yield* acquire(s.m);
      run(s);
      release(s.m);
    };
  const step = (run: (x: [number, number, number]) => void) =>
    inside((s) => {
      run(s.x);
      s.done += 1;
    });
  return programOf<S>(state, [
    step((x) => {
      x[0] = (x[2] + 1) % 4;
    }),
    step((x) => {
      x[1] = x[0];
    }),
    step((x) => {
      x[2] = x[1];
    }),
    inside(({ x, done }) => {
      if (done === 3) assert(x[0] === x[1] && x[1] === x[2]);
    }),
  ]);
}

/** `append` asks for the length of the other buffer, and copies so much later. */
function stringBuffer(): Program {
  const state = () => ({ own: mutex(), other: mutex(), length: 3 });
  type S = ReturnType<typeof state>;
  return programOf<S>(state, [
    function* (s) {
      yield* acquire(s.own);
      yield* acquire(s.other);
      const { length } = s;
      release(s.other);
      yield* acquire(s.other);
      assert(length <= s.length);
      release(s.other);
      release(s.own);
    },
    function* (s) {
      yield* acquire(s.other);
      s.length = 0;
      release(s.other);
      yield* acquire(s.other);
      s.length += 3;
      release(s.other);
    },
  ]);
}

/** The work-stealing deque of Cilk's THE protocol, as in CHESS. Growing is one operation, under the lock. */
function workStealQueue(): Program {
  const state = () => ({ m: mutex(), head: 0, tail: 0, mask: 1, elems: [-1, -1] as number[], fields: [0, 0, 0, 0] });
  type S = ReturnType<typeof state>;

  function* read(list: number[], name: string, at: number): VirtualThread<number> {
    yield new Point('read', `${name} ${at}`);
    return list[at]!;
  }
  function* use(s: S, item: number): Thread {
    const seen = yield* read(s.fields, 'field', item);
    yield new Point('write', `field ${item}`);
    s.fields[item] = seen + 1;
  }
  function* push(s: S, item: number): Thread {
    const t = yield* get(s, 'tail');
    // One too many: the slot may be the one that a thief has claimed.
    if (t < (yield* get(s, 'head')) + s.mask + 1) {
      const at = t & s.mask;
      yield new Point('write', `elem ${at}`);
      s.elems[at] = item;
      yield* set(s, 'tail', t + 1);
      return;
    }
    yield* acquire(s.m);
    const count = s.tail - s.head;
    const size = 2 * (s.mask + 1);
    const kept = Array.from({ length: count }, (_, at) => s.elems[(s.head + at) & s.mask]!);
    for (let at = 0; at < size; at += 1) s.elems[at] = kept[at] ?? -1;
    s.elems[count] = item;
    s.mask = size - 1;
    s.head = 0;
    s.tail = count + 1;
    release(s.m);
  }
  function* pop(s: S): VirtualThread<number> {
    let t = (yield* get(s, 'tail')) - 1;
    yield* set(s, 'tail', t);
    if ((yield* get(s, 'head')) <= t) return yield* read(s.elems, 'elem', t & s.mask);
    yield* set(s, 'tail', t + 1);
    yield* acquire(s.m);
    t = (yield* get(s, 'tail')) - 1;
    yield* set(s, 'tail', t);
    if ((yield* get(s, 'head')) <= t) {
      const item = yield* read(s.elems, 'elem', t & s.mask);
      release(s.m);
      return item;
    }
    yield* set(s, 'head', 0);
    yield* set(s, 'tail', 0);
    release(s.m);
    return -1;
  }
  function* steal(s: S): VirtualThread<number> {
    yield* acquire(s.m);
    const h = yield* get(s, 'head');
    yield* set(s, 'head', h + 1);
    let item = -1;
    if (h < (yield* get(s, 'tail'))) item = yield* read(s.elems, 'elem', h & s.mask);
    else yield* set(s, 'head', h);
    release(s.m);
    return item;
  }
  return programOf<S>(
    state,
    [
      function* (s) {
        for (let round = 0; round < 4; round += 1) {
          if (round < 2) {
            yield* push(s, 2 * round);
            yield* push(s, 2 * round + 1);
          }
          const item = yield* pop(s);
          if (item >= 0) yield* use(s, item);
        }
      },
      function* (s) {
        for (let attempt = 0; attempt < 2; attempt += 1) {
          const item = yield* steal(s);
          if (item >= 0) yield* use(s, item);
        }
      },
    ],
    { after: (s) => s.fields.every((field) => field === 1) },
  );
}

export const programs: Readonly<Record<string, () => Program>> = {
  account_bad: account,
  lazy01_bad: lazy01,
  arithmetic_prog_bad: arithmetic,
  bluetooth_driver_bad: bluetooth,
  deadlock01_bad: () => locks(['a', 'b'], ['b', 'a']),
  circular_buffer_bad: circularBuffer,
  stack_bad: stack,
  reorder_3_bad: () => reorder(2, 1),
  reorder_4_bad: () => reorder(3, 1),
  reorder_5_bad: () => reorder(4, 1),
  reorder_20_bad: () => reorder(10, 10),
  reorder_50_bad: () => reorder(49, 1),
  twostage_bad: () => twoStage(1, 1),
  twostage_100_bad: () => twoStage(99, 1),
  wronglock_bad: () => wrongLock(7),
  din_phil2_sat: () => philosophersSat(2),
  din_phil3_sat: () => philosophersSat(3),
  philosophers_deadlock_3: () => philosophers(3),
  philosophers_deadlock_5: () => philosophers(5),
  phase01_bad: phase01,
  sync01_bad: sync01,
  sync02_bad: sync02,
  chess_WorkStealQueue: workStealQueue,
  lost_update: lostUpdate,
  check_then_act: checkThenAct,
  lost_wakeup_if: lostWakeupIf,
  double_checked_init: doubleChecked,
};

/** Programs of the table of which nothing but their numbers is written down: as they are in SCTBench, or as the numbers say. */
export const more: Readonly<Record<string, () => Program>> = {
  token_ring_bad: tokenRing,
  stringbuffer_jdk14: stringBuffer,
  reorder_10_bad: () => reorder(9, 1),
  twostage_20_bad: () => twoStage(19, 1),
  wronglock_3_bad: () => wrongLock(3),
  philosophers_deadlock_8: () => philosophers(8),
};
