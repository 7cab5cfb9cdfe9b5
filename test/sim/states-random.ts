/**
 * Small random programs: threads over plain data that read, write, lock, branch and go round, as texts.
 */
import * as switchPoint from '../../src/sim/switch-point.js';
import { acquire, type Body, release } from './states-programs.js';

const { Point } = switchPoint;

export interface Shared {
  a: number;
  b: number;
  readonly list: number[];
  readonly map: Map<string, number>;
  one: { n: number };
  other: { n: number };
  readonly lock: { owner: number };
  readonly second: { owner: number };
}

export function shared(): Shared {
  const one = { n: 0 };
  return { a: 0, b: 0, list: [], map: new Map(), one, other: one, lock: { owner: 0 }, second: { owner: 0 } };
}

function* read(s: Shared, key: 'a' | 'b') {
  yield;
  return s[key];
}

function* swap(s: Shared) {
  const { one, other } = s;
  yield;
  s.one = other;
  s.other = { ...one };
  return one.n;
}

function* fails(s: Shared, when: number) {
  yield;
  if (s.a >= when) throw new Error('a');
  return when;
}

export const helpers = { read, swap, fails, acquire, release, Point };

/** A generator of numbers below `n`, the same for the same seed. */
export function numbers(seed: number): (n: number) => number {
  let state = seed * 2654435761 + 1;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Statements: each with its switch points. `me` makes what is written tell who wrote it. */
function statement(pick: (n: number) => number, me: number, depth: number): string {
  const inner = (): string => statement(pick, me, depth + 1);
  const simple: readonly string[] = [
    'yield; s.a = v + 1;',
    'yield; v = s.a;',
    `yield; s.b = s.a * 2 + ${me};`,
    's.a += yield* read(s, "b");',
    's.b = (yield* read(s, "a")) + (yield* read(s, "b"));',
    `yield; s.list.push(${me});`,
    's.list.push(yield* read(s, "a"), v);',
    `yield; s.map.set("k", ${me}); v = s.map.size;`,
    'yield; s.one.n++;',
    'yield; s.other.n += 2; yield; s.one = s.other;',
    'v += yield* swap(s);',
    `yield; if (s.map.has("k")) s.map.delete("k"); else s.map.set("j", v);`,
    'v = s.a > 0 ? yield* read(s, "b") : v + 1;',
    'if (s.b === 1 && (yield* read(s, "a")) === 1) s.list.length = 0;',
  ];
  const nested: readonly (() => string)[] = [
    () => `if (s.a > v) { ${inner()} } else { ${inner()} }`,
    () => `for (let i = 0; i < 2; i++) { if (i === s.b) continue; ${inner()} }`,
    () => `yield* acquire(s.lock, ${me}); ${inner()} yield* release(s.lock);`,
    () => `try { v = yield* fails(s, ${pick(3)}); ${inner()} } catch (e) { v = e.message.length; } finally { s.b++; }`,
    () => `for (const k of [1, 2]) { if (s.list.length > k) break; s.a += k; ${inner()} }`,
    () => `switch (s.a) { case 0: ${inner()} break; case 1: yield; v = 5; default: s.b = v; }`,
    () => `yield* acquire(s.${pick(2) ? 'lock' : 'second'}, ${me}); ${simple[pick(simple.length)]} s.lock.owner = s.second.owner = 0;`,
    () => `yield* fails(s, ${1 + pick(2)}); ${inner()}`,
    () => `{ const o = s.one; yield; o.n += ${me}; v = [o].map((x) => x.n + v)[0]; }`,
  ];
  return depth < 2 && pick(3) === 0 ? nested[pick(nested.length)]!() : simple[pick(simple.length)]!;
}

/** A program of two or three threads, the same for the same seed. */
export function randomProgram(seed: number): { readonly texts: readonly string[]; readonly bodies: readonly Body<Shared>[] } {
  const pick = numbers(seed);
  const locking = pick(10) === 0;
  const threads = pick(4) === 0 ? 3 : 2;
  const texts = Array.from({ length: threads }, (_, me) => {
    const length = threads === 3 ? 1 : 1 + pick(2);
    const statements = Array.from({ length }, () => statement(pick, me + 1, 0));
    const locks = pick(2) === 0 ? ['lock', 'second'] : ['second', 'lock'];
    if (locking) for (const lock of locks) statements.push(`yield* acquire(s.${lock}, ${me + 1});`);
    if (locking) statements.push('s.lock.owner = s.second.owner = 0;');
    const body = statements.join(' ');
    return `function* (s) { let v = ${pick(2)}; ${body} if (s.a > 40) throw new Error('high'); }`;
  });
  const make = new Function(...Object.keys(helpers), `return [${texts.join(', ')}]`) as (...values: unknown[]) => Body<Shared>[];
  return { texts, bodies: make(...Object.values(helpers)) };
}
