/**
 * Objects made step by step, members that are found by computed and private names, and optional chains: twins do what their functions do, access by
 * access, and look exactly where the live text looks.
 */
// @ts-nocheck The programs are JavaScript as it is met, which no type describes.
// biome-ignore-all lint: what is odd here is what it is about
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/registry.js';
import { logged, looks, same } from './twin-logs.js';

interface Shared {
  n: number;
  log: string[];
  o: { n: number; m: (x: number) => number; nothing?: Record<string, (x?: number) => number> };
}
type Program = (s: Shared) => unknown;

const PROGRAMS: Record<string, Program> = {
  'a constructor': ({ o }) => {
    class Point {
      x: number;
      constructor(x: number, y = 2, ...more: number[]) {
        this.x = x + y + more.length;
        o.n += this.x;
      }
    }
    const p = new Point(1);
    return [p, p instanceof Point, new Point(1, 1, 1, 1).x, new (class extends Point {})(3).x, Object.keys(p)];
  },
  'new without arguments': ({ o }) => {
    class Point {
      n = o.n;
    }
    const all = { Point };
    return [new Point().n, new Point().n, new all.Point().n, new (class {})(), new ((() => Point)())().n, new (o.n ? Point : Date)()];
  },
  fields: ({ o, log }) => {
    const say = (what: string) => {
      log.push(what);
      return what;
    };
    class Thing {
      [key: string]: unknown;
      a = say('a');
      'b c' = say(`b after ${this.a as string}`);
      3 = o.n;
      none: unknown;
      arrow = () => [this.a, o.n++];
      own = function (this: unknown) {
        return this === undefined;
      };
      static s = 'static';
      set = () => 1;
    }
    const thing = new Thing();
    return [
      Object.entries(thing).map(([key, value]) => `${key} ${typeof value}`),
      (thing.arrow as () => unknown)(),
      (thing.arrow as () => unknown)(),
      (thing.arrow as () => void).name,
      (thing['own'] as () => unknown)(),
      Thing.s,
      Object.getOwnPropertyDescriptor(thing, 'a'),
    ];
  },
  'private fields, methods and accessors': ({ o }) => {
    const next = () => ++o.n;
    class Secret {
      #a = next();
      #b = this.#a + next();
      readonly c = this.#sum();
      #list: number[] = [];
      constructor(by: number) {
        this.#a += by;
        this.value = this.value + 1;
      }
      #sum() {
        return this.#a + this.#b;
      }
      get #hidden() {
        return this.#a * 2;
      }
      set #hidden(x) {
        this.#list.push(x);
        this.#a = x / 2;
      }
      get value() {
        return this.#hidden;
      }
      set value(x) {
        this.#hidden = x;
      }
      steps(other: Secret) {
        return [
          this.#hidden++,
          --this.#hidden,
          (this.#hidden += 4),
          (other.#hidden = 8),
          other.#sum(),
          (other ?? this).#hidden,
          this.#list,
        ];
      }
      static #count = 0;
      static get #next() {
        return ++Secret.#count;
      }
      static #twice(x: number) {
        return x * 2;
      }
      static both() {
        return [this.#twice(Secret.#next), Secret.#twice(3), Secret.#next];
      }
      has(other: object) {
        return #a in other && #sum in other;
      }
    }
    const [one, other] = [new Secret(1), new Secret(2)];
    return [one.value, one.c, one.steps(other), other.value, Secret.both(), one.has(other), one.has({}), Object.keys(one)];
  },
  'derived classes': ({ o, log }) => {
    class Base {
      tag = `base ${String(new.target)}`;
      own: unknown;
      constructor(x: number) {
        log.push(`${new.target.name} ${x}`);
        this.own = this.say();
      }
      say(): string {
        return `base ${o.n}`;
      }
    }
    class Middle extends Base {
      middle = `${this.tag}, middle`;
    }
    class Derived extends Middle {
      last = [this.middle, o.n];
      constructor(x: number) {
        const twice = x * 2;
        super(twice);
        const add = () => (this.last.push(x), this);
        add();
        this.own = [this.own, super.say(), new.target === Derived];
      }
      override say() {
        return `derived ${super.say()}`;
      }
    }
    const made = new Derived(3);
    return [made, made instanceof Base, Object.keys(made), log.length];
  },
  'classes of the language above': ({ o }) => {
    class Mistake extends Error {
      extra = o.n;
      constructor(message: string) {
        super(`${message}!`, { cause: 1 });
        this.name = 'Mistake';
      }
    }
    class Bag extends Map<string, number> {
      count = this.size;
    }
    class List extends Array<number> {}
    const [mistake, bag] = [new Mistake('oh'), new Bag([['a', 1]])];
    return [String(mistake), mistake.cause, mistake.extra, mistake instanceof Error, bag.get('a'), bag.count, new List(3).length];
  },
  'constructors that give something else': ({ o }) => {
    class Same {
      constructor(x: unknown) {
        return x as Same;
      }
    }
    class More extends (Same as unknown as new (x: unknown) => object) {
      more = o.n;
    }
    const own = { own: 1 };
    return [new Same(own) === (own as unknown), new Same(1) instanceof Same, new More(own) === own, (own as { more?: number }).more];
  },
  'constructors that are functions': ({ o }) => {
    function Point(this: { x: number; y?: number }, x: number) {
      this.x = x + o.n;
    }
    Point.prototype.move = function (this: { x: number }, by: number) {
      this.x += by;
      return this;
    };
    const P = Point as unknown as new (x: number) => { x: number; move(by: number): { x: number } };
    class Far extends P {
      z = this.x;
    }
    return [new P(1).move(2).x, new P(1) instanceof P, new Far(4).move(1), new Far(4).z];
  },
  'a constructor that throws': () => {
    class No {
      constructor(x: number) {
        if (x > 0) throw new RangeError(`no ${x}`);
      }
    }
    class Noes extends No {}
    try {
      new Noes(1);
    } catch (error) {
      return [String(error), new No(0)];
    }
    return 'none';
  },
  'members with computed names': ({ o }) => {
    const key = Symbol('key');
    const name = (x: string) => `${x}${o.n}`;
    class Named {
      [name('a')](x: number) {
        return x + o.n++;
      }
      get [key]() {
        return o.n++;
      }
      static [name('s')] = 1;
      static *[Symbol.iterator]() {
        yield 1;
      }
      static [key]() {
        return o.n++;
      }
    }
    const made = new Named() as unknown as Record<PropertyKey, (x: number) => number>;
    const object = {
      [name('b')](x: number) {
        return this.n + x;
      },
      n: 4,
      [`${'c'}`]: (x: number) => x + o.n++,
    } as unknown as Record<string, (x: number) => number>;
    return [made['a1']!(1), made[key], Named[key](), object['b1']!(2), object['c']!(1), made['a1']!.name, o.n];
  },
  'optional chains with calls': ({ o, log }) => {
    const say = <T>(x: T) => {
      log.push('said');
      return x;
    };
    const none = undefined as undefined | { f(x: number): { g?: (x: number) => number; h: number } };
    const some = {
      n: 5,
      f(x: number) {
        o.n += x;
        return { g: undefined as undefined | ((x: number) => number), h: this.n, self: () => this.n };
      },
    };
    const key = 'f';
    return [
      none?.f(say(1)).g?.(say(2)),
      none?.f(say(1)).h,
      some?.f(1).g?.(say(3)),
      some?.f(1)?.h,
      some?.[key]?.(say(2))?.self?.(),
      some.f?.(1).self(),
      say(some)?.f(2).h,
      (say as typeof say | undefined)?.(4),
      o.nothing?.['x']?.(say(1)),
      o?.m(2),
      o?.m?.(...[3]),
      (o?.n, o)?.m?.(1),
      (some?.f(1) as { h: number }).h,
      some?.f(1).self() ?? 'none',
    ];
  },
  'accessors in optional chains': ({ o }) => {
    const box = {
      get inner() {
        o.n += 1;
        return { n: o.n };
      },
    };
    const none = undefined as typeof box | undefined;
    return [box?.inner.n, none?.inner.n, box?.inner?.n];
  },
  'new in a chain': ({ o }) => {
    class Box {
      n = o.n;
      get() {
        return this.n;
      }
      static make?: () => Box;
    }
    return [new Box()?.get(), Box.make?.().get(), new Box().get()];
  },
  'classes made by functions': ({ o }) => {
    const mixin = <B extends new (...args: number[]) => object>(base: B) =>
      class extends base {
        extra = o.n++;
      };
    class Base {
      constructor(public n: number) {
        o.n += n;
      }
    }
    const Made = mixin(mixin(Base));
    return [new Made(4), new Made(1)];
  },
  'what is no constructor': () => {
    const f = (() => 1) as unknown as new () => object;
    try {
      return new f();
    } catch (error) {
      return (error as Error).constructor.name;
    }
  },
};

const make = (log: string[]): Shared => ({ n: 1, log, o: logged('o', { n: 1, m: Math.abs }, log) });

describe.each(Object.values(dialects).map((dialect) => [dialect.name, dialect] as const))('under %s', (name, dialect) => {
  it.each(Object.entries(PROGRAMS))('%s', (_, program) => {
    const { result, sites } = same(program as never, make, dialect);
    expect(String(result)).not.toContain('threw');
    const live = looks(program as never, dialect, [make([])]);
    if (name.startsWith('cpython') || name.startsWith('ruby')) expect(sites).toHaveLength(live.count);
  });
});

it('private names in optional chains, which TypeScript does not know', () => {
  const program = globalThis.eval(`(({ o }) => {
    class Secret {
      #n = o.n;
      #add(x) { this.#n += x; return this; }
      get #twice() { return this.#n * 2; }
      read(other) { return [other?.#add(1).#twice, other?.#add?.(2)?.#n, other?.#twice, other?.#n]; }
    }
    const secret = new Secret();
    return [secret.read(secret), secret.read(undefined)];
  })`);
  const { result } = same(program, make, dialects['cpython-3.13'], { onOpaque: () => {} });
  expect(result).toEqual([
    [4, 4, 8, 4],
    [undefined, undefined, undefined, undefined],
  ]);
});
