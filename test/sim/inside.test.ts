/**
 * Threads are switched inside of what native functions call, of constructors and of generators: what goes wrong there is found, and a proof has every
 * schedule in it.
 */
import { explore, times } from 'gil/sim';
import { describe, expect, it } from 'vitest';

/** In how many orders threads with so many moves each can take them. */
function orders(...moves: number[]): number {
  let [count, total] = [1, 0];
  for (const own of moves) for (let at = 1; at <= own; at += 1) count = (count * ++total) / at;
  return Math.round(count);
}

const counting = { state: () => ({ n: 0, list: [1, 2] }), after: (s: { n: number }) => s.n === 4 };

describe('a callback of forEach', () => {
  const each = times(2, (s: { n: number; list: number[] }) => {
    s.list.forEach(() => {
      s.n += 1;
    });
  });

  it('loses an update where the interpreter may switch between any two operations', () => {
    const { failure } = explore({ ...counting, threads: each, dialect: 'cpython-3.9' });
    expect(failure).toMatchObject({ kind: 'assertion', preemptions: 1 });
    expect(String(failure)).toContain('s.n += 1');
  });

  it('loses none on 3.13, where both threads could be switched at each entry and behind the native call', () => {
    const report = explore({ ...counting, threads: each, dialect: 'cpython-3.13', search: { strategy: 'exhaustive' } });
    // Stands at its own entry; moves to both entries of the callback, to the look behind the call, and to its end.
    expect(report).toMatchObject({ proved: 'complete', failure: null, schedules: orders(4, 4) });
    expect([...report.atomic.keys()]).toEqual(['forEach']);
  });

  it('is watched too', () => {
    const report = explore({ ...counting, threads: each, dialect: 'cpython-3.13', search: { strategy: 'dpor' } });
    expect(report).toMatchObject({ proved: 'complete', failure: null });
    const map = {
      state: () => ({
        n: 0,
        map: new Map([
          ['a', 1],
          ['b', 2],
        ]),
      }),
      threads: times(2, (s: { n: number; map: Map<string, number> }) => {
        s.map.forEach((by) => {
          s.n += by;
        });
      }),
      after: (s: { n: number }) => s.n === 6,
    };
    expect(explore({ ...map, dialect: 'cpython-3.9', search: { strategy: 'dpor' } }).failure?.kind).toBe('assertion');
    expect(explore({ ...map, dialect: 'cpython-3.13', search: { strategy: 'dpor' } })).toMatchObject({ proved: 'complete', failure: null });
  });
});

describe('a constructor', () => {
  class Ticket {
    readonly number: number;
    constructor(s: { n: number }) {
      s.n += 1;
      this.number = s.n;
    }
  }
  const shared = { state: () => ({ n: 0, Ticket }), after: (s: { n: number }) => s.n === 2 };
  const take = times(2, (s: { n: number; Ticket: typeof Ticket }) => {
    new s.Ticket(s);
  });

  it('loses an update where the interpreter may switch between any two operations', () => {
    const { failure } = explore({ ...shared, threads: take, dialect: 'cpython-3.9' });
    expect(failure).toMatchObject({ kind: 'assertion', preemptions: 1 });
    expect(String(failure)).toContain('s.n += 1');
  });

  it('loses none on 3.13, where both threads could be switched at its entry and behind it', () => {
    const report = explore({ ...shared, threads: take, dialect: 'cpython-3.13', search: { strategy: 'exhaustive' } });
    // From its own entry to that of the constructor, to the look behind `new`, to the end.
    expect(report).toMatchObject({ proved: 'complete', failure: null, schedules: orders(3, 3) });
    expect([...report.atomic]).toEqual([]);
  });

  it('that cannot be switched inside is named', () => {
    class Hidden {
      #n = 0;
      constructor(s: { n: number }) {
        s.n += 1;
        this.#n = s.n;
      }
      get number() {
        return this.#n;
      }
    }
    const report = explore({
      state: () => ({ n: 0, Hidden }),
      threads: times(2, (s: { n: number; Hidden: typeof Hidden }) => {
        new s.Hidden(s);
      }),
      after: (s) => s.n === 2,
      dialect: 'cpython-3.9',
    });
    expect(report.failure).toBeNull();
    expect([...report.atomic.keys()]).toEqual(['new Hidden']);
    expect(String(report)).toContain('atomic calls: new Hidden');
  });
});

it('callbacks that are called in an order of the engine are named', () => {
  const report = explore({
    state: () => ({ n: 0, list: [3, 1, 2] }),
    threads: times(2, (s: { n: number; list: number[] }) => {
      s.list.sort((a, b) => {
        s.n += 1;
        return a - b;
      });
    }),
    dialect: 'cpython-3.9',
  });
  expect([...report.atomic.keys()]).toEqual(['sort (with a callback)']);
});

it('an async thread is an error that says what to do', () => {
  const spec = { state: () => ({ n: 0 }), threads: { ann: async () => {} } };
  expect(() => explore(spec as never)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/threads\.ann: .*a generator function; got an async one/) }),
  );
});

it('what the language itself calls is named, and so is a generator', () => {
  class Money {
    cents = 1;
    valueOf() {
      return this.cents;
    }
    *[Symbol.iterator]() {
      yield this.cents;
    }
  }
  const report = explore({
    state: () => ({ n: 0, money: new Money() }),
    threads: times(2, (s: { n: number; money: Money }) => {
      function* numbers() {
        yield 1;
      }
      for (const cents of s.money) s.n += cents;
      for (const one of numbers()) s.n += one;
    }),
    dialect: 'cpython-3.13',
  });
  expect([...report.atomic.keys()]).toEqual([
    'valueOf (called by the language)',
    'Symbol.iterator (called by the language)',
    'numbers (a generator)',
  ]);
});
