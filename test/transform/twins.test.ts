/**
 * Twins: they do what their functions do, and yield exactly where the live text looks. Shown on a corpus of syntax, and on the sixteen programs of the
 * lab, under every dialect.
 */
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/registry.js';
import { newGlobals, PROGRAMS, totalOf } from '../../src/lab/lost-updates-programs.js';
import { siteAt } from '../../src/transform/sites.js';
import { activate, call, type Twin, twinOf } from '../../src/transform/twins.js';
import { looks } from './twin-logs.js';

const NONE: ReadonlySet<string> = new Set();
const RULES = { exports: {}, accessors: NONE, atomic: new Set<unknown>([Math.abs]), onOpaque: () => {} };
const ALL = Object.values(dialects);

/** Runs a twin alone: what it gave or threw, and where it yielded. */
function run(twin: Twin, args: unknown[]): { result: unknown; sites: number[] } {
  const sites: number[] = [];
  const thread = twin(...args);
  try {
    for (let turn = thread.next(); ; turn = thread.next()) {
      if (turn.done) return { result: turn.value, sites };
      sites.push(turn.value);
    }
  } catch (error) {
    return { result: `threw ${String(error)}`, sites };
  }
}

const CORPUS: Record<string, (o: { n: number; list: number[]; f: (x: number) => number }) => unknown> = {
  assignment: (o) => {
    o.n = o.n + 1;
    o.n += 2;
    o['n'] *= 3;
    return o.n;
  },
  updates: (o) => [o.n++, ++o.n, o.n--, --o.n, o.list[0]++, ++o.list[1 + 0]!, o.n],
  'updates behind calls': (o) => {
    const get = () => o;
    get().n++;
    return [get().n++, get().list[get().n - 2]++, o.n];
  },
  loops: (o) => {
    let sum = 0;
    for (let i = 0; i < 3; i++) sum += i;
    while (sum < 9) sum++;
    do sum--;
    while (sum > 5);
    for (const x of o.list) sum += x;
    for (const k in o) sum += k.length;
    return sum;
  },
  'loops that are left': (o) => {
    let seen = '';
    outer: for (let i = 0; i < 4; i++) {
      for (const x of o.list) {
        if (x === 2) continue outer;
        if (i === 3) break outer;
        seen += i;
      }
    }
    return seen;
  },
  branches: (o) => {
    let s = '';
    if (o.n > 0) s += 'a';
    else s += 'b';
    if (o.n < 0) s += 'c';
    s += o.n === 1 ? 'd' : 'e';
    switch (o.n) {
      case 1:
        s += 'f';
        break;
      default:
        s += 'g';
    }
    return s;
  },
  functions: (o) => {
    function add(a: number, b = 2, ...rest: number[]) {
      return a + b + rest.length;
    }
    const twice = (x: number) => x * 2;
    const thrice = function named(x: number): number {
      return x > 9 ? x : named(x * 3);
    };
    return [add(1), add(1, 1, 5, 5), twice(add(2)), thrice(o.n), ((x: number) => x + 1)(o.n)];
  },
  'functions used as values': (o) => {
    function odd(x: number) {
      return x % 2 === 1;
    }
    return [o.list.filter(odd), o.list.map((x) => x + o.n), odd(3)];
  },
  recursion: () => {
    function fib(n: number): number {
      return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }
    return fib(7);
  },
  closures: (o) => {
    const make = () => {
      let own = o.n;
      return {
        next: () => ++own,
        get value() {
          return own;
        },
      };
    };
    const [a, b] = [make(), make()];
    a.next();
    a.next();
    b.next();
    return [a.value, b.value, a.next()];
  },
  classes: (o) => {
    class Base {
      #own = 1;
      static made = 0;
      n: number;
      constructor(n: number) {
        this.n = n;
        Base.made++;
      }
      get double() {
        return this.n * 2;
      }
      set double(x) {
        this.n = x / 2;
      }
      add(x: number) {
        this.n += x;
        return this;
      }
      #bump() {
        this.#own += 1;
        return this.#own;
      }
      bumped() {
        return this.#bump();
      }
      static create(n: number) {
        return new Base(n);
      }
    }
    class Derived extends Base {
      override add(x: number) {
        return super.add(x * 10);
      }
    }
    const [base, derived] = [Base.create(o.n), new Derived(o.n)];
    base.double += 4;
    base.double++;
    return [base.add(1).add(2).n, derived.add(1).n, base.double, base.bumped(), base.bumped(), Base.made];
  },
  objects: (o) => {
    const box = {
      n: 0,
      get half(): number {
        return this.n / 2;
      },
      set half(x) {
        this.n = x * 2;
      },
      bump(by: number) {
        this.n += by;
        return this.n;
      },
      [`computed${o.n}`]() {
        return 'c';
      },
    };
    box.half = 4;
    box.half += 1;
    return [box.n, box.bump(3), (box as unknown as Record<string, () => string>)['computed1']!()];
  },
  'this in arrows': () => {
    const box = {
      n: 1,
      run() {
        const inner = () => {
          this.n += 1;
          return () => this.n;
        };
        return inner()();
      },
    };
    return [box.run(), box.n];
  },
  'try and finally': (o) => {
    const log: string[] = [];
    const risky = (x: number) => {
      if (x > 1) throw new RangeError(String(x));
      return x;
    };
    for (const x of [1, 2]) {
      try {
        log.push(`in ${risky(x)}`);
      } catch (error) {
        log.push((error as Error).message);
      } finally {
        log.push('out');
      }
    }
    return [log, o.n];
  },
  'what throws': (o) => {
    o.n += 1;
    return (undefined as unknown as { f(): void }).f();
  },
  destructuring: (o) => {
    const {
      n,
      list: [first, ...rest],
    } = o;
    let [a, b] = [n, first];
    [a, b] = [b, a];
    return [a, b, rest, { ...o, f: 0 }.n];
  },
  spreads: (o) => [Math.max(...o.list), o.list.concat(...[o.list, o.list]), Math.max(1, 2, ...o.list, 3)],
  'native calls': (o) => [Math.abs(-o.n), o.list.indexOf(2), `${o.list.join('-')}`, JSON.stringify(o.list), parseInt('7', 10)],
  'chains without calls': (o) => [o?.n, (o as { missing?: { x: number } }).missing?.x ?? 'none', o.list?.[0]],
  // biome-ignore-start lint/complexity/noCommaOperator: commas are what it is about
  'parentheses and commas': (o) => {
    const f = (...xs: number[]) => xs.length;
    return [f((o.n++, o.n)), f((o.n++, o.n), 2), (o.n++, o.list).indexOf(1), o.list[(o.n++, 1)]];
  },
  // biome-ignore-end lint/complexity/noCommaOperator: commas are what it is about
  generators: (o) => {
    function* numbers() {
      yield o.n;
      yield* o.list;
    }
    return [...numbers()];
  },
  labels: () => {
    let n = 0;
    // biome-ignore lint/suspicious/noConfusingLabels: they exist
    block: {
      n++;
      if (n) break block;
      n = 9;
    }
    return n;
  },
  'no semicolons': (o) => {
    let s = o.n;
    s++;
    const t = Math.abs(s);
    return t;
  },
};
const state = () => ({ n: 1, list: [1, 2, 3], f: (x: number) => x * 2 });

describe.each(ALL.map((dialect) => [dialect.name, dialect] as const))('under %s', (_, dialect) => {
  it.each(Object.entries(CORPUS))('a twin does what its function does, and yields where that looks: %s', (_, plain) => {
    activate({ ...RULES, dialect });
    const twin = run(twinOf(plain), [state()]);
    expect(twin.result).toEqual(outcome(plain));
    const live = looks(plain, dialect, [state()]);
    expect(live.result).toEqual(twin.result);
    // A generator runs in one go.
    if (!/function\*/.test(String(plain))) expect(twin.sites.map((site) => siteAt(site)?.text)).toHaveLength(live.count);
  });

  it.each(Object.entries(PROGRAMS))('so does each program of the lab: %s', (_, program) => {
    activate({ ...RULES, dialect });
    const [mine, theirs] = [newGlobals(), newGlobals()];
    const twin = run(twinOf(program as never), [mine, 5]);
    const live = looks(program as never, dialect, [theirs, 5]);
    expect([totalOf(mine), totalOf(theirs)]).toEqual([5, 5]);
    expect(twin.sites).toHaveLength(live.count);
  });
});

function outcome(plain: (...args: never[]) => unknown): unknown {
  try {
    return plain(state() as never);
  } catch (error) {
    return `threw ${String(error)}`;
  }
}

describe('what cannot be seen into', () => {
  const rules = { ...RULES, dialect: dialects['cpython-3.13'] };
  const outside = 3;

  it('is an error of the thread itself', () => {
    activate(rules);
    expect(() =>
      twinOf((o: { n: number }) => {
        o.n += outside;
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'ERR_TASK_FREE_VARIABLE',
        variable: 'outside',
        message: expect.stringContaining('state: () => ({ outside, … })'),
      }),
    );
    expect(() => twinOf(async () => {})).toThrow(/cannot be switched/);
    expect(() => twinOf(Math.abs)).toThrow(/native/);
    expect(() => twinOf((o: { f?: { g(): { x?: number } } }) => delete o.f?.g().x)).toThrow(/an optional chain with calls/);
  });

  it('is told of where it is called', () => {
    const told: string[] = [];
    activate({ ...rules, onOpaque: (_, reason) => void told.push(reason) });
    const helper = (x: number) => x + outside;
    run(
      twinOf((f: (x: number) => number) => f(1)),
      [helper],
    );
    expect(told).toEqual([expect.stringContaining('uses the variable `outside`')]);
    activate({ ...rules, atomic: new Set([helper]), onOpaque: (_, reason) => void told.push(reason) });
    run(
      twinOf((f: (x: number) => number) => f(1)),
      [helper],
    );
    expect(told).toHaveLength(1);
  });
});

it('generators call methods by their twins too', () => {
  activate({ ...RULES, dialect: dialects['cpython-3.9'] });
  const counter = {
    n: 0,
    bump(by: number) {
      this.n += by;
      return this.n;
    },
  };
  const thread = (function* () {
    return yield* call(counter, 'bump', 2);
  })();
  let yields = 0;
  let turn = thread.next();
  for (; !turn.done; turn = thread.next()) yields += 1;
  expect([turn.value, yields]).toEqual([2, 3]);
});
