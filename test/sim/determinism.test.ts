/**
 * What a spec is told whose schedules are not the same each time: at which step, what was expected, and what came.
 */
import { explore, Point, type SearchOptions, type Spec } from 'gil/sim';
import { Lock } from 'gil/threading';
import { describe, expect, it } from 'vitest';

interface Flag {
  flag: number;
}

/** What `explore` says to it. */
function complaint<S>(spec: Spec<S>): string {
  try {
    return String(explore(spec));
  } catch (error) {
    expect(error).toMatchObject({ name: 'NondeterminismError', code: 'ERR_SPEC_NONDETERMINISTIC' });
    return (error as Error).message;
  }
}

function* three(): Generator<Point> {
  yield new Point('read', 'a');
  yield new Point('read', 'b');
  yield new Point('read', 'c');
}

/** The second body from the so-many-th run on: the first is to see how it begins, the next two are compared, one takes turns, then the search begins. */
function from<S>(schedule: number, one: (s: S) => Generator<Point | undefined>, other: (s: S) => Generator<Point | undefined>) {
  let runs = 0;
  return function* (s: S) {
    runs += 1;
    yield* (runs < schedule ? one : other)(s);
  };
}

describe('the first schedule, run twice', () => {
  it.each([
    [
      'a thread that does something else',
      function* () {
        yield new Point('read', 'a');
        yield new Point('write', 'b');
        yield new Point('read', 'c');
      },
      /at step 2 expected ann at read b; got ann at write b/,
    ],
    [
      'a thread that ends before',
      function* () {
        yield new Point('read', 'a');
      },
      /at step 2 expected ann at read b; got ann ended/,
    ],
    [
      'a thread that does more',
      function* () {
        yield* three();
        yield new Point('read', 'd');
      },
      /at step 4 expected ann ended; got ann at read d/,
    ],
    [
      'a thread that throws',
      function* () {
        yield new Point('read', 'a');
        throw new RangeError('oh');
      },
      /at step 2 expected ann at read b; got an error \(RangeError: oh\)/,
    ],
    [
      'a thread that waits',
      function* () {
        yield new Point('read', 'a');
        yield new Point('wait', 'b', () => false);
      },
      /expected ann at read b; got .*where it has to wait|expected ann at read b; got a deadlock/,
    ],
  ])('shows %s', (_, other, message) => {
    expect(complaint({ state: () => ({}), threads: { ann: from(3, three, other) } })).toMatch(message);
  });

  it('shows what is wrong in one and not in the other', () => {
    let runs = 0;
    const told = complaint({ state: () => ({}), threads: { ann: three }, after: () => ++runs < 2 });
    expect(told).toMatch(/at step 4 expected nothing to go wrong; got `after` not to hold/);
  });
});

describe('a prefix that is run again', () => {
  const searches: [SearchOptions['strategy'], number[]][] = [
    ['exhaustive', [6, 7, 21]],
    ['preemptions', [14, 15]],
    ['delays', [14, 15]],
  ];
  const wait = function* (s: Flag) {
    yield new Point('read', 's');
    s.flag += 1;
    yield new Point('wait', 'flag', () => s.flag > 2);
  };
  const go = function* (s: Flag) {
    yield new Point('read', 's');
    s.flag += 1;
    yield new Point('write', 's');
  };
  it.each(searches)('has the same threads able to go on, however late that changes: %s', (strategy, runs) => {
    const found = runs.map((late) =>
      complaint({ state: () => ({ flag: 0 }), threads: { ann: from(late, go, wait), bob: go, cleo: go }, search: { strategy } }),
    );
    for (const told of found) expect(told).toMatch(/the same schedule did not do the same twice: at step \d+ expected /);
  });

  it('is not run again by dpor, which refuses threads that share anything but the state', () => {
    const spec = {
      state: () => ({ flag: 0 }),
      threads: { ann: from(5, go, wait), bob: go, cleo: go },
      search: { strategy: 'dpor' },
    } as const;
    expect(() => explore(spec)).toThrow(/^threads\.ann assigns the variable /);
  });

  it('ends where it ended', () => {
    const told = complaint({
      state: () => ({}),
      threads: {
        ann: from(6, three, function* () {
          yield new Point('read', 'a');
        }),
        bob: three,
      },
      search: { strategy: 'exhaustive' },
    });
    expect(told).toMatch(/expected (ann at read b|ann and bob able to go on); got (ann ended|nobody but bob)/);
  });
});

describe('a state', () => {
  it('that is new outside and old inside is found out, by its place', () => {
    const shared = { n: 0 };
    const spec = {
      state: () => ({ shared }),
      threads: {
        ann: function* (s: { shared: { n: number } }) {
          yield;
          s.shared.n += 1;
        },
      },
    };
    expect(complaint(spec)).toMatch(/^state: expected the same at each call; .* s\.shared\.n: 0 → \d\. /);
  });

  it('that only later schedules leave something in is found out as well, also with locks in it', () => {
    const list: string[] = [];
    const spec = {
      state: () => ({ list, lock: new Lock(), turn: 0 }),
      threads: {
        ann: function* (s: { list: string[]; turn: number }) {
          yield;
          if (s.turn === 1) s.list.push('late');
        },
        bob: function* (s: { turn: number }) {
          yield;
          s.turn = 1;
        },
      },
    };
    expect(complaint(spec)).toMatch(/s\.list\.length: 0 → 1/);
  });

  it('may share what nobody changes, and may have a number of its own', () => {
    const table = [1, 2, 3];
    let id = 0;
    const states: (() => object)[] = [() => ({ table }), () => ({ id: id++ })];
    for (const state of states) {
      expect(explore({ state, threads: { ann: three, bob: three }, search: { strategy: 'exhaustive' } }).proved).toBe('complete');
    }
  });
});
