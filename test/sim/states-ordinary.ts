/**
 * Small random programs of ordinary functions: over objects of classes, with methods, accessors, functions inside that keep variables, loops and
 * exceptions. And what compares the stateful search with the one that runs everything.
 */

import { type DialectName, resolveDialect } from '../../src/dialects/registry.js';
import { compile } from '../../src/sim/compile.js';
import { Engine } from '../../src/sim/engine.js';
import type { Spec } from '../../src/sim/spec.js';
import { searchStates } from '../../src/sim/states.js';
import { Exhaustive } from '../../src/sim/strategies/exhaustive.js';
import { Replay } from '../../src/sim/strategies/replay.js';
import { Condition } from '../../src/threading/condition.js';
import { Event } from '../../src/threading/event.js';
import { Lock } from '../../src/threading/lock.js';
import { RLock } from '../../src/threading/rlock.js';
import { Semaphore } from '../../src/threading/semaphore.js';
import { count } from './drive.js';
import { numbers } from './states-random.js';

export class Box {
  n = 0;
  list: number[] = [];
  get twice(): number {
    return this.n * 2;
  }
  set twice(value: number) {
    this.n = value / 2;
  }
  inc(by: number): number {
    this.n += by;
    return this.n;
  }
  late(by: number): number {
    const seen = this.n;
    this.list.push(seen);
    this.n = seen + by;
    return seen;
  }
  each(list: number[]): void {
    list.forEach((item) => {
      this.n += item;
    });
    const add = (item: number) => {
      this.n += item;
    };
    add(this.n);
  }
  fail(when: number): void {
    if (this.n >= when) throw new RangeError('full');
    this.n++;
  }
}

export class Special extends Box {
  override inc(by: number): number {
    this.n += by;
    return this.late(by);
  }
}

/** Whose constructor switches, and calls one that does. */
export class Started extends Box {
  seen = 1;
  constructor(s: Shared, by: number) {
    super();
    s.a += by;
    this.seen = s.a;
    this.inc(by);
  }
}

/** An error with a constructor and a field of its own. */
export class Full extends RangeError {
  late = () => this.seen + 1;
  readonly seen: number;
  constructor(s: Shared) {
    const before = s.a++;
    super('full');
    this.seen = before + s.a;
  }
}

/** Gives another object sometimes, and knows by what it was called. */
export class Named {
  kind: string;
  n: number;
  constructor(s: Shared) {
    this.kind = new.target.name;
    this.n = s.b;
    s.b += 1;
    // biome-ignore lint/correctness/noConstructorReturn: the language allows it
    if (s.a > 1) return { kind: 'other', n: s.b };
  }
}

export class Renamed extends Named {
  m = this.n;
}

/** A function that is constructed. */
export function Old(this: { n: number }, s: Shared): void {
  this.n = s.a;
  s.a += 1;
}

export interface Shared {
  a: number;
  b: number;
  readonly list: number[];
  readonly map: Map<string, number>;
  box: Box;
  other: Box;
  readonly Special: typeof Special;
  readonly tools: {
    Box: typeof Box;
    Started: typeof Started;
    Full: typeof Full;
    Named: typeof Named;
    Renamed: typeof Renamed;
    Old: typeof Old;
    sum(a: number, b: number): number;
  };
}

export function shared(): Shared {
  const box = new Box();
  return {
    a: 0,
    b: 0,
    list: [],
    map: new Map(),
    box,
    other: box,
    Special,
    tools: {
      Box,
      Started,
      Full,
      Named,
      Renamed,
      Old,
      sum(a, b) {
        return a + b;
      },
    },
  };
}

/** What nobody could tell from another state with the same image. */
export function image(root: unknown): string {
  const met = new Map<unknown, number>();
  const of = (value: unknown): unknown => {
    if (typeof value === 'function') return 'function';
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
    const known = met.get(value);
    if (known !== undefined) return `#${known}`;
    met.set(value, met.size);
    const parts = value instanceof Map ? [...value].flat() : Object.entries(value).flat();
    return [value.constructor.name, ...parts.map(of)];
  };
  return JSON.stringify(of(root));
}

type Pick = (n: number) => number;

function statement(pick: Pick, me: number, depth: number): string {
  const inner = (): string => `{ ${statement(pick, me, depth + 1)} }`;
  const simple: readonly string[] = [
    's.a += 1;',
    's.a++;',
    'v = s.a;',
    's.a = v + 1;',
    `s.b = s.a * 2 + ${me};`,
    `v = s.box.inc(${me});`,
    `s.other.late(${me});`,
    'v = s.box.twice;',
    's.box.twice += 2;',
    's.box.twice++;',
    's.list.push(s.a);',
    `s.map.set('k', ${me}); v = s.map.size;`,
    'v = s.tools.sum(s.a, v);',
    'v = s.a > 0 ? s.box.inc(1) : v + 1;',
    'if (s.b === 1 && s.box.inc(1) === 1) s.list.length = 0;',
    's.other = s.box;',
    's.list[0] ??= 1;',
    '{ const { a, b: [c = 2] = [] } = s.a ? s : { a: 5 }; v = a + c; }',
  ];
  const nested: readonly (() => string)[] = [
    () => `if (s.a > v) { ${inner()} } else { ${inner()} }`,
    () => `for (let i = 0; i < 2; i++) { if (i === s.b) continue; ${inner()} }`,
    () => `let turn = 0; while (turn < 2) { turn += 1; if (s.a > 2) break; ${inner()} }`,
    () => `try { s.box.fail(${pick(2)}); ${inner()} } catch (e) { v = e.message.length; } finally { s.b++; }`,
    () => `for (const k of [1, 2]) { if (s.list.length > k) break; s.a += k; ${inner()} }`,
    () => `for (const key in s.map.size ? { a: 1 } : { b: 1 }) s[key] += 1; ${inner()}`,
    () => `s.map.set('m', 1); for (const [key, value] of s.map) { s.b += key.length + value; ${inner()} }`,
    () => `for (const item of new Set([1, s.a])) { v += item; ${inner()} }`,
    () => `switch (s.a) { case 0: ${inner()} break; case 1: v = 5; default: s.b = v; }`,
    () => `s.box = new (s.a === ${pick(2)} ? s.Special : s.other.constructor)(); ${inner()}`,
    () => `if (s.a > ${pick(2)}) s.other = new s.Special(); else s.other = new s.tools.Box();`,
    () => `function add(k) { s.a += k; return s.a; } v = add(1); ${inner()}`,
    () => `function down(n) { return n === 0 ? s.a : down(n - 1) + 1; } v = down(${1 + pick(2)});`,
    () => `const f = (k) => { s.b += k; return s.b; }; f(1); ${inner()} v = f(2);`,
    () => `let c = ${pick(2)}; const inc = () => { c += s.a; return c; }; inc(); ${inner()} v = inc() + c;`,
    () => `const make = (k) => (by) => { k += by; s.b = k; return k; }; const one = make(s.a); ${inner()} v = one(1) + one(2);`,
    () => `const twice = (f) => { f(1); f(2); }; twice((k) => { s.a += k; v = k; });`,
    () => `s.list.forEach((x) => { s.b += x; }); ${inner()}`,
    () => `const both = [1, 2].map((k) => k + s.a); ${inner()} v = both[0];`,
    () => `s.box.each([1, ${me}]); ${inner()}`,
    () => `const f = function again(n) { if (n > 0) { s.a += n; again(n - 1); } }; f(2);`,
    () => `const box = s.box; ${inner()} box.n += ${me};`,
    () => `s.get = () => s.a; v = s.get(); ${inner()} delete s.get;`,
    () => `const started = new s.tools.Started(s, ${me}); ${inner()} v = started.seen; s.other = started;`,
    () => `try { throw new s.tools.Full(s); } catch (e) { ${inner()} v = e.seen + e.message.length; }`,
    () => `const full = new s.tools.Full(s); ${inner()} v = full.late();`,
    () => `const named = new s.tools.${['Named', 'Renamed'][pick(2)]}(s); ${inner()} v = named.kind.length + named.n; s.kind = named;`,
    () => `s.old = new s.tools.Old(s); ${inner()} v = s.old.n;`,
    () => `v = [1, ${me}].reduce((sum, k) => { s.a += k; return sum + s.b; }, 0);`,
    () => `const some = [1, , 3].filter((k) => k > s.a); ${inner()} v = some.length;`,
    () => `s.b = [1, 2].${['find', 'findIndex', 'findLast', 'some', 'every'][pick(5)]}((k) => { s.a += 1; return k === s.a; }) ? 1 : 2;`,
    () => `v = [1, 2].flatMap((k) => { s.b += k; return [k, s.a]; }).length; ${inner()}`,
    () => `v = Array.from({ length: 2 }, (_, k) => { s.a += k; return s.b; })[1];`,
    () => `v = Array.from(new Set([1, s.a]), (k) => { s.b += k; return k; }).length;`,
    () => `s.map.forEach((value, key) => { s.b += key.length + value; }); ${inner()}`,
    () => `new Set([1, ${me}]).forEach((k) => { s.a += k; });`,
    () => `v = s.box.inc.call(s.other, ${me}); ${inner()}`,
    () => `v = s.box.late.apply(s.other, [${me}]);`,
    () => `const late = s.box.inc.bind(s.other, ${me}); ${inner()} v = late();`,
    () => `s.late = s.other.inc.bind(s.box); v = s.late(${me}); ${inner()} delete s.late;`,
    () => `const { inc } = s.box; v = Reflect.apply(inc, s.other, [${me}]);`,
    () => `v = s.none?.inc(1) ?? s.box?.inc?.(${me}); ${inner()}`,
    () => `v = s.box?.list.at(0)?.toFixed() ?? s.other?.twice;`,
    () => `v = s.box[s.a > 0 ? 'inc' : 'late'](${me}); ${inner()}`,
    () => `const box = s.other; box['tw' + 'ice'] += ${me};`,
    () => `function one() { return two() + s.a; } function two() { s.b += 1; return s.b; } v = one(); ${inner()}`,
  ];
  return depth < 2 && pick(5) < 3 ? `{ ${nested[pick(nested.length)]!()} }` : simple[pick(simple.length)]!;
}

/** The spec of a number: the same for the same. `few`: with so few places that all schedules can be run where threads may be switched anywhere. */
function randomSpec(seed: number, size: 'few' | 'usual'): { readonly texts: readonly string[]; readonly spec: Spec<Shared> } {
  const pick = numbers(seed);
  const threads = size === 'usual' && pick(8) === 0 ? 3 : 2;
  const texts = Array.from({ length: threads }, (_, me) => {
    if (size === 'few') return `(s) => { let v = ${pick(2)}; ${statement(pick, me + 1, me === 0 ? 1 : 2)} }`;
    const statements = Array.from({ length: threads === 3 || pick(4) > 0 ? 1 : 2 }, () => statement(pick, me + 1, 0));
    return `(s) => { let v = ${pick(2)}; ${statements.join(' ')} s.b += v; if (s.a > 5) throw new Error('high'); }`;
  });
  const bodies = texts.map((text) => new Function(`return ${text}`)());
  return { texts, spec: { state: shared, threads: Object.fromEntries(bodies.map((body, at) => [`t${at}`, body])) } };
}

interface Locked {
  n: number;
  m: number;
  readonly a: Lock;
  readonly b: RLock;
  readonly c: Condition;
  readonly permit: Semaphore;
  readonly flag: Event;
}

/** A spec of threads that wait for each other. */
function randomWaiting(seed: number): { readonly texts: readonly string[]; readonly spec: Spec<Locked> } {
  const pick = numbers(seed);
  const simple = (): string => ['s.n += 1;', 's.m = s.n;', 'v = s.n;', 's.m++;'][pick(4)]!;
  const statement = (): string =>
    [
      () => `s.a.acquireSync(); try { ${simple()} } finally { s.a.release(); }`,
      () => `s.a.acquireSync(); ${simple()} s.a.release();`,
      () => `s.b.runExclusiveSync(() => { ${simple()} });`,
      () => `s.b.acquireSync(); s.b.acquireSync(); ${simple()} s.b.release(); s.b.release();`,
      () => `s.a.runExclusiveSync(() => { s.b.runExclusiveSync(() => { ${simple()} }); });`,
      () => `s.b.runExclusiveSync(() => { s.a.runExclusiveSync(() => { ${simple()} }); });`,
      () => `if (s.a.tryAcquire()) { ${simple()} s.a.release(); }`,
      () => `s.permit.acquireSync(); ${simple()} s.permit.release();`,
      () => `v = s.permit.value; s.permit.runExclusiveSync(() => { s.n += v; });`,
      () => `${simple()} s.flag.set();`,
      () => `s.flag.waitSync(); ${simple()}`,
      () => `if (s.flag.isSet()) s.flag.clear(); else { ${simple()} }`,
      () => `s.c.runExclusiveSync(() => { s.n++; s.c.notify(); });`,
      () => `s.c.acquireSync(); s.n++; s.c.notifyAll(); s.c.release();`,
      () => `s.c.acquireSync(); s.c.waitForSync(() => s.n > 0); ${simple()} s.c.release();`,
      () => `s.c.acquireSync(); if (s.n === 0) s.c.waitSync(); s.c.release();`,
      () => `s.flag.waitSync({ timeout: Infinity }); try { s.b.release(); } catch (e) { s.m = e.code; }`,
    ][pick(17)]!();
  const texts = Array.from({ length: 2 + pick(2) }, () => `(s) => { let v = 0; ${statement()} ${pick(3) ? '' : statement()} }`);
  const bodies = texts.map((text) => new Function(`return ${text}`)());
  const state = (): Locked => ({
    n: 0,
    m: 0,
    a: new Lock(),
    b: new RLock(),
    c: new Condition(),
    permit: new Semaphore(1),
    flag: new Event(),
  });
  return { texts, spec: { state, threads: Object.fromEntries(bodies.map((body, at) => [`t${at}`, body])) } };
}

/** What programs are made of: plain data and objects, or primitives too. */
export type Kind = 'data' | 'waiting';

export interface Comparison {
  /** Programs of which all schedules were run; and those of which only some were. */
  readonly whole: number;
  readonly part: number;
  readonly failures: number;
  readonly refused: readonly string[];
  readonly differences: readonly string[];
}

/** Compares on the programs of some numbers under a dialect, until `most` differ. */
export function compare(from: number, to: number, dialect: DialectName, kind: Kind = 'data', limit = 100, most = 3): Comparison {
  let [whole, part, failures] = [0, 0, 0];
  const differences: string[] = [];
  const refused: string[] = [];
  for (let seed = from; seed < to && differences.length < most; seed += 1) {
    const size = dialect === 'cpython-3.13' ? 'usual' : 'few';
    const { texts, spec } = kind === 'waiting' ? randomWaiting(seed) : randomSpec(seed, size);
    const program = compile(spec as Spec<unknown>, resolveDialect(dialect));
    const expected = new Set<string>();
    const strategy = new Exhaustive();
    count(program, strategy, limit, ({ failure, state }) => expected.add(failure?.kind ?? image(state)));
    const isWhole = strategy.proof.kind === 'complete';
    const found = new Set<string>();
    let report: ReturnType<typeof searchStates>;
    try {
      report = searchStates({ ...program, after: (state) => void found.add(image(state)) }, { maxStates: 1000 });
    } catch (error) {
      refused.push(`${seed}: ${String(error)} ${texts.join('\n')}`);
      continue;
    }
    const about = `program ${seed}, ${dialect}:\n${texts.join('\n')}\n`;
    if (report.failure !== undefined) {
      failures += 1;
      found.add(report.failure.kind);
      const engine = new Engine(program);
      engine.run(new Replay(report.failure.trace));
      if (engine.failure?.kind !== report.failure.kind || engine.moment.step !== report.failure.trace.length)
        differences.push(`${about}the trace does not lead to ${report.failure.kind}`);
      if (isWhole && !expected.has(report.failure.kind)) differences.push(`${about}invented ${report.failure.kind}`);
      continue;
    }
    if (report.endedBy !== 'search') continue;
    if (isWhole) whole += 1;
    else part += 1;
    const missed = [...expected].filter((outcome) => !found.has(outcome));
    const invented = isWhole ? [...found].filter((outcome) => !expected.has(outcome)) : [];
    if (missed.length + invented.length > 0) differences.push(`${about}missed ${missed.join(' ')}\ninvented ${invented.join(' ')}`);
  }
  return { whole, part, failures, refused, differences };
}
