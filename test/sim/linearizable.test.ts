/**
 * What `linearizable` finds, how small it makes it, and what it claims where it finds nothing.
 */
import fc from 'fast-check';
import { call, type LinearizableSpec, linearizable, SpecError, type VirtualThread, WAITS } from 'gil/sim';
import { Condition, Lock } from 'gil/threading';
import { describe, expect, it } from 'vitest';

class Counter {
  n = 0;
  increment(): number {
    this.n += 1;
    return this.n;
  }
  get(): number {
    return this.n;
  }
}

class RacyCounter extends Counter {
  // Seen and written with a call between them, behind which the interpreter looks.
  override increment(): number {
    const seen = this.n;
    this.pause();
    this.n = seen + 1;
    return seen + 1;
  }
  pause(): void {}
}

class LockedCounter {
  n = 0;
  lock = new Lock();
  increment(): number {
    this.lock.acquireSync();
    const seen = this.n;
    this.pause();
    this.n = seen + 1;
    this.lock.release();
    return seen + 1;
  }
  pause(): void {}
  get(): number {
    return this.n;
  }
}

class Stack {
  items: number[] = [];
  push(item: number): void {
    this.items.push(item);
  }
  pop(): number | undefined {
    return this.items.pop();
  }
}

interface Cell {
  item: number;
  next: Cell | null;
}

/** Treiber's stack with cells that are used again: the head may be the same cell, and not the same stack. */
class AbaStack {
  head: Cell | null = null;
  free: Cell[] = [];
  *push(item: number): VirtualThread<void> {
    const cell = this.free.pop() ?? { item, next: null };
    cell.item = item;
    for (;;) {
      const head = this.head;
      cell.next = head;
      yield;
      if (this.head !== head) continue;
      this.head = cell;
      return;
    }
  }
  *pop(): VirtualThread<number | undefined> {
    for (;;) {
      const head = this.head;
      if (head === null) return undefined;
      const { next, item } = head;
      yield;
      if (this.head !== head) continue;
      this.head = next;
      this.free.push(head);
      return item;
    }
  }
}

class Cache {
  made = 0;
  values = new Map<number, number>();
  get(key: number): number {
    if (!this.values.has(key)) this.values.set(key, ++this.made);
    return this.values.get(key)!;
  }
}

class RacyCache extends Cache {
  override get(key: number): number {
    if (this.values.has(key)) return this.values.get(key)!;
    const value = this.make();
    this.values.set(key, value);
    return value;
  }
  make(): number {
    this.made += 1;
    return this.made;
  }
}

class Fifo {
  items: number[] = [];
  push(item: number): void {
    this.items.push(item);
  }
  take(): number | typeof WAITS {
    return this.items.length === 0 ? WAITS : this.items.shift()!;
  }
  size(): number {
    return this.items.length;
  }
}

/** Counts before it puts: its size is what it will be. */
class SizedQueue {
  count = 0;
  items: number[] = [];
  *push(item: number): VirtualThread<void> {
    this.count += 1;
    yield;
    this.items.push(item);
  }
  *poll(): VirtualThread<number | undefined> {
    yield;
    const item = this.items.shift();
    if (item !== undefined) this.count -= 1;
    return item;
  }
  size(): number {
    return this.count;
  }
}

class Polled extends Fifo {
  poll(): number | undefined {
    return this.items.shift();
  }
}

/** A queue whose takers wait. */
class WaitingQueue {
  items: number[] = [];
  filled = new Condition();
  *push(item: number): VirtualThread<void> {
    yield* call(this.filled, 'acquireSync');
    this.items.push(item);
    yield* this.wake();
    yield* call(this.filled, 'release');
  }
  *wake(): VirtualThread<void> {
    yield* call(this.filled, 'notify');
  }
  *take(): VirtualThread<number> {
    yield* call(this.filled, 'acquireSync');
    while (this.items.length === 0) yield* call(this.filled, 'waitSync');
    const item = this.items.shift()!;
    yield* call(this.filled, 'release');
    return item;
  }
}

class ForgetfulQueue extends WaitingQueue {
  override *wake(): VirtualThread<void> {
    yield;
  }
}

const counters = { sequential: () => new Counter(), ops: { increment: [], get: [] } };
const item = fc.integer({ min: 0, max: 9 });

describe('what is right', () => {
  it('is said to be explored as far as it was', () => {
    const small = linearizable({ ...counters, concurrent: () => new LockedCounter(), opsPerThread: 1, runs: 20 });
    expect(small.failure).toBeNull();
    expect(small.scenarios).toMatchObject({ bounded: 0, sampled: 0 });
    expect(String(small)).toMatch(/^linearizable in \d+ scenarios \(seed 1\) under cpython-3.13: all schedules of \d+; \d+ schedules/);

    const large = linearizable({ ...counters, concurrent: () => new LockedCounter(), runs: 6, search: { maxSchedules: 60 } });
    expect(large.failure).toBeNull();
    expect(large.scenarios.bounded + large.scenarios.sampled).toBeGreaterThan(0);
    const only = linearizable({
      ...counters,
      concurrent: () => new LockedCounter(),
      runs: 6,
      search: { strategy: 'urw', maxSchedules: 9 },
    });
    expect(only.scenarios).toMatchObject({ complete: 0, bounded: 0 });
  });

  it('may be a stack of ordinary methods, and natives are named', () => {
    const report = linearizable({ sequential: () => new Stack(), concurrent: () => new Stack(), ops: { push: [item], pop: [] }, runs: 15 });
    expect(report.failure).toBeNull();
    expect([...report.atomic]).toEqual(expect.arrayContaining(['push', 'pop']));
  });

  it('may wait for ever where the specification waits, and nowhere else', () => {
    const spec = { sequential: () => new Fifo(), ops: { push: [item], take: [] }, opsPerThread: 2, runs: 25 };
    expect(linearizable({ ...spec, concurrent: () => new WaitingQueue() }).failure).toBeNull();

    const { failure } = linearizable({ ...spec, concurrent: () => new ForgetfulQueue() });
    expect(failure?.kind).toBe('deadlock');
    expect(failure?.table).toBe(['  t1                    t2', '  push(0) → undefined   take() (never ended)'].join('\n'));
  });
});

describe('what is wrong', () => {
  it.each<[string, LinearizableSpec, string[], number]>([
    [
      'a counter that loses updates',
      { ...counters, concurrent: () => new RacyCounter() },
      ['  t1                t2', '  increment() → 1   increment() → 1'],
      1,
    ],
    [
      'a cache that looks before it acts',
      { sequential: () => new Cache(), concurrent: () => new RacyCache(), ops: { get: [item] } },
      ['  t1           t2', '  get(8) → 1   get(8) → 2'],
      1,
    ],
    [
      'a queue whose size is not one of its states',
      { sequential: () => new Polled(), concurrent: () => new SizedQueue(), ops: { push: [item], poll: [], size: [] } },
      ['  t1                    t2', '  push(0) → undefined   size() → 1', '                        poll() → undefined'],
      1,
    ],
    [
      'a stack that takes a cell for the one it was',
      {
        sequential: () => new Stack(),
        concurrent: () => new AbaStack(),
        ops: { push: [item], pop: [] },
        opsPerThread: 4,
        initially: [
          ['push', 1],
          ['push', 2],
        ],
        finally: [['pop'], ['pop']],
        runs: 300,
      },
      [
        '  before: push(1) → undefined, push(2) → undefined',
        '  t1          t2',
        '  pop() → 2   pop() → 1',
        '  pop() → 1   push(0) → undefined',
        '  after: pop() → undefined, pop() → undefined',
      ],
      1,
    ],
  ])('%s', (_, spec, table, preemptions) => {
    const report = linearizable(spec);
    const { failure } = report;
    expect(failure?.kind).toBe('history');
    expect(failure?.table.split('\n')).toEqual(table);
    expect(failure?.interleaving.preemptions).toBe(preemptions);
    // The same seed finds the same, and the replay shows it at once.
    expect(String(linearizable(spec).failure)).toBe(String(failure));
    const again = linearizable({ ...spec, seed: failure!.seed, path: failure!.path, search: { schedule: failure!.interleaving.schedule } });
    expect(again).toMatchObject({ schedules: 1, failure: { kind: 'history', table: failure!.table } });
  });

  it('is told with the orders that do not explain it', () => {
    const story = String(linearizable({ ...counters, concurrent: () => new RacyCounter() }));
    expect(story).toContain('one after another they would give:\n  t1 increment() → 1, t2 increment() → 2 ✗ was 1\n');
    expect(story).toMatch(/\nreplay: linearizable\(\{ …, seed: 1, path: '[\d:]+', search: \{ schedule: 'g1:.*' \} \}\)\n/);
  });

  it('may be what is thrown, and depends on arguments', () => {
    class Picky {
      take(n: number): number {
        if (n > 5) throw new RangeError('too many');
        return n;
      }
    }
    class Pickier extends Picky {
      override take(n: number): number {
        if (n > 7) throw new RangeError('far too many');
        return super.take(n);
      }
    }
    const { failure } = linearizable({
      sequential: () => new Picky(),
      concurrent: () => new Pickier(),
      ops: { take: [item] },
      atomic: [Pickier.prototype.take],
    });
    expect(failure?.table).toBe('  t2\n  take(8) → threw RangeError: far too many');
  });
});

describe('a spec that cannot be explored', () => {
  it.each<[string, unknown, string]>([
    ['no methods', { ops: {} }, 'ops: expected methods by name'],
    ['what is no arbitrary', { ops: { get: [1] } }, 'ops.get: expected arbitraries'],
    ['a method that is not there', { ops: { put: [] } }, 'sequential: expected an object with a method put'],
    ['too many calls', { threads: 8, opsPerThread: 4 }, 'at most 30 calls'],
    ['no threads', { threads: 0 }, 'threads: expected a whole number'],
    [
      'the same object twice',
      {
        concurrent: (
          (shared) => () =>
            shared
        )(new Counter()),
      },
      'concurrent: expected a new object',
    ],
  ])('%s', (_, part, message) => {
    const spec = { ...counters, concurrent: () => new Counter(), ...(part as object) } as LinearizableSpec;
    expect(() => linearizable(spec)).toThrow(SpecError);
    expect(() => linearizable(spec)).toThrow(message);
  });
});
