/**
 * Looks change nothing that a program computes. Every piece of syntax runs as it is and with looks that all fire, under every
 * dialect, and must log the same. The snippets are ordinary function bodies that call `log`.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippets are programs
import { inspect } from 'node:util';
import { createLooks, type DialectName, instrument, publishLooks } from 'gil/transform';
import { beforeEach, describe, expect, test } from 'vitest';

const DIALECTS: DialectName[] = ['cpython-2.7', 'cpython-3.9', 'cpython-3.10', 'cpython-3.13', 'cpython-3.13t'];

let looked = 0;
const count = (): void => void looked++;

beforeEach(() => {
  looked = 0;
  publishLooks(createLooks({ breaker: new Int32Array([1]), look: count, tick: count, resume: (value) => value, enter: count }));
});

async function run(body: string): Promise<string> {
  const lines: unknown[] = [];
  try {
    lines.push(['returned', await new Function('log', body)((...values: unknown[]) => lines.push(values))]);
  } catch (error) {
    // Not the message: V8 quotes the text of the failing call in it.
    lines.push(['threw', error instanceof Error ? error.name : error]);
  }
  return inspect(lines, { depth: 9, maxArrayLength: 999 });
}

const SNIPPETS: Record<string, string> = {
  'for with every part': 'for (let i = 0, n = 3; i < n; i++) log(i); for (;;) break; let k = 0; for (; k < 2; ) k++; log(k)',
  'for without a body': 'let i; for (i = 0; i < 5; log(i), i++); log(i)',
  'for with a parenthesised update': 'for (let i = 0; i < 3; (i++)) log(i); for (let i = 0; i < 4; (i++, i++)) log(i)',
  'for whose update is an arrow function': 'let f, i = 0; for (; i < 2; f = () => i) { i++ } log(f())',
  'for with in between parentheses':
    'for (let i = ("a" in { a: 1 }) ? 0 : 5; i < 2; i++) log(i); for (var f = x => (x in { b: 1 }), i = 0; i < 1; i++) log(f("b"))',
  'closures over a loop variable': 'const f = []; for (let i = 0; i < 3; i++) f.push(() => i); log(f.map((g) => g()))',
  'closures in the header': 'const f = []; for (let i = 0, g = () => i; i < 3; i++, f.push(() => i)) log(g()); log(f.map((g) => g()))',
  'while with continue': 'let i = 0; while (i < 5) { i++; if (i & 1) continue; log(i) }',
  'while without braces': 'let i = 0; while (i < 3) log(i++)\nlog("end")',
  'do without braces': 'let i = 0; do i++; while (i < 3)\nlog(i); do log(i--)\nwhile (i) log("on")',
  'do with continue': 'let i = 0; do { i++; if (i === 2) continue; log(i) } while (i < 4)',
  'for-in and for-of':
    'for (const k in { a: 1, b: 2 }) log(k); for (const [a, b = 5] of [[1], [2, 3]]) log(a, b); for (var x of "ab"); log(x)',
  'for-of with a member as its variable': 'const o = {}; for (o.x of [1, 2]) log(o.x); for ([o.y, o.z] of [[1, 2]]) log(o)',
  'for-of leaves by return':
    'const it = { [Symbol.iterator]() { return { next: () => ({ value: 1 }), return: () => (log("closed"), {}) } } }; return (() => { for (const x of it) return x })()',
  labels:
    'outer: for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { if (j === 1) continue outer; if (i === 2) break outer; log(i, j) } }',
  'labels on while and do':
    'let i = 0; a: b: while (i < 4) { i++; do { if (i === 1) continue a; if (i === 2) continue b; if (i === 3) break a; log(i) } while (0) } log(i)',
  'labelled blocks and statements': 'a: { log(1); break a; log(2) } b: if (1) { break b } c: log(3); d: { c: for (;;) { break d } } log(4)',
  'a labelled loop without braces': 'if (1) x: while (1) break x; else log(0)\ny: for (const a of [1, 2]) if (a) continue y; else log(a)',
  'if and else without braces':
    'const f = (a, b) => { if (a) if (b) log(1); else log(2); if (a) while (b) { log(3); break } else log(4)\nif (!a) log(5)\nelse if (b) log(6)\nelse log(7) }; f(0, 0); f(0, 1); f(1, 0); f(1, 1)',
  'a dangling else': 'const f = (a, b) => { if (a) if (b) log("ab"); else log("a") }; f(1, 1); f(1, 0); f(0, 1)',
  'if without else at the end of a line': 'let a = 1\nif (a) a = 2\n;[3].forEach((x) => log(x, a))',
  'sloppy functions in blocks and ifs':
    'if (1) function f() { return 1 } log(f()); { function g() { return 2 } } log(g()); lab: function h() { return 3 } log(h())',
  'conditional chains': 'const f = (x) => x < 0 ? "neg" : x === 0 ? "zero" : x > 9 ? (log(x), "big") : "small"; log([-1, 0, 5, 10].map(f))',
  'switch with fallthrough':
    'for (const x of [1, 2, 3, 4]) switch (x) { case 1: log("one"); case 2: log("two"); break; default: log("d"); case 3: { log("three"); continue } }',
  'switch declarations': 'switch (2) { case 1: let a = 1; case 2: a = 5; log(a); function f() { return a } log(f()) }',
  'try, catch, finally with returns':
    'const f = (k) => { try { if (k) throw k; return "try" } catch (e) { return "catch" + e } finally { log("finally"); if (k === 2) return "won" } }; log(f(0), f(1), f(2))',
  'catch without a name, with a pattern':
    'try { null.x } catch { log("caught") } try { throw { a: 1 } } catch ({ a, b = 2 }) { log(a, b) }',
  'break out of finally': 'for (;;) { try { throw 1 } finally { break } } log("out")',
  generators:
    'function* g(a) { const x = yield a; log(x); try { yield* [1, 2]; log(yield) } catch (e) { log("c", e) } finally { log("f") } return 9 } const i = g(5); log(i.next(), i.next("x"), i.next(), i.next(), i.throw("bang"))',
  'generator return':
    'function* g() { try { yield 1; yield 2 } finally { yield "cleanup" } } const i = g(); log(i.next(), i.return(7), i.next(), i.next())',
  'yield in all kinds of expressions':
    'function* g() { const a = [yield, yield 1, ...(yield 2)]; log(a, `${yield 3}`, (yield 4) ? yield 5 : yield 6, { [yield 7]: yield 8 }); o = {}; o.x = yield 9; o[yield 10] += yield 11; log(o) } var o; const i = g(); i.next(); for (const v of ["a", "b", ["c"], "d", 0, "e", "k", "v", 1, "x", 2]) log(i.next(v))',
  'yield in an update of a member':
    'function* g() { (yield 1)[yield 2]++ } const o = { a: 1 }, i = g(); i.next(); i.next(o); i.next("a"); log(o)',
  'async functions':
    'const p = (x) => new Promise((r) => setImmediate(r, x)); async function f() { const a = await p(1); log(a, await p(2) + await p(3)); try { await Promise.reject(4) } catch (e) { log(e) } finally { await p(5); log(6) } return await p(7) } return f()',
  'async arrows':
    'const f = async x => await x * 2, g = async () => ({ a: await 1 }), h = async ({ a = 1 } = {}) => a; return Promise.all([f(2), g(), h()])',
  'async as a name':
    'var async = (x) => x; log(async(3)); var async\nlog(typeof async); const o = { async() { return 1 }, async async() {}, get get() { return 2 }, set set(v) {}, static: 3, await: 4 }; log(o.async(), o.get, o.static, o.await)',
  'async generators':
    'async function* g() { try { const a = yield 1; log(a); yield Promise.resolve(2); yield* [3, 4] } finally { log("done") } } return (async () => { const i = g(); log(await i.next(), await i.next("x")); for await (const v of i) { log(v); if (v === 3) break } })()',
  'for await':
    'async function f() { for await (const x of [Promise.resolve(1), 2]) log(x); for await (const { a } of [{ a: 1 }]) { if (a) continue; log("no") } l: for await (const x of [1, 2]) for await (const y of [1, 2]) { if (y === 2) continue l; if (x === 2) break l; log(x, y) } return "end" } return f()',
  'for await without braces around':
    'async function f(a) { if (a) for await (const x of [1]) log(x); else log("else"); do for await (const y of [2]) log(y); while (0) } return f(1).then(() => f(0))',
  'await in odd places':
    'async function f() { const o = { x: 1 }; o[await "x"] += await 2; (await o).x++; new (await Date)(0); await (await (async () => o)()).x; log(o, [...await [1]], `${await 1}`, await 1 ? await 2 : 3, typeof await 1, -await 1, (await o)?.x, !(await 0)); for (let i = await 0; i < await 2; i += await 1) log(i); return (await 1, await 2) } return f()',
  'destructuring with calls in defaults':
    'const d = (x) => (log("d", x), x); const { a = d(1), b: { c = d(2) } = {}, [d("k")]: e = d(3), ...r } = { k: 4, z: 5 }; const [x = d(6), , ...[y = d(7)]] = []; log(a, c, e, r, x, y); (({ p = d(8) }, [q] = [d(9)]) => log(p, q))({})',
  'destructuring into members': 'const o = {}; [o.a, o["b"] = 2, ...o.c] = [1]; ({ x: o.x, y: o.y = 3, ...o.r } = { x: 1, z: 2 }); log(o)',
  'functions named by their place':
    'const a = () => {}, b = function () {}, c = class {}; let { d = () => {} } = {}; let e; e = () => {}; e ||= 0; const o = { f: () => {}, ["g" + 1]: function () {} }; log(a.name, b.name, c.name, d.name, e.name, o.f.name, o.g1.name)',
  'optional chains':
    'const o = { f() { return this === o && { g: null, h: () => "h" } }, n: null }; log(o.f?.().g?.x.y(), o.n?.f().g.h(), o?.f().h(), o.f()?.["h"]?.(), o.q?.(log("never")), (o?.f)()?.h(), (o.f?.()).h(), delete o?.n, delete o.f?.().h, o?.[`n`])',
  'optional calls keep this':
    'const o = { v: 1, f() { return this?.v }, g() { return this } }; log(o.f?.(), o?.f(), (o?.f)(), (o.f)?.(), (o.g?.().f)(), (o.g?.().g().f)?.(), o.g().g?.().v, (0, o.f)())',
  'optional chain with a tag':
    'const o = { t(s) { return this === o ? s[0] : "lost" }, f() { return this } }; log((o?.t)`a`, (o.f?.().t)`b`, o.t`c`?.length, o.f().t`d`)',
  'tagged templates':
    'const t = (s, ...v) => [s.raw, v]; const c = () => { const f = (s) => s; return f`x` }; log(t`a${t`b`}c${1}`, String.raw`\\n${2}`, t`a`.length, t`\\unicode`, c() === c())',
  'a template tag that is a call':
    'const f = () => function (s) { return [this === undefined || this === globalThis, s[0]] }; log(f()`a`, new (f())`b`, f()`c`[1])',
  'new in all forms':
    'function F(a) { this.a = a } F.G = class { constructor(...x) { this.x = x } }; const f = () => F, t = () => F; log(new F, new F(1), new F.G(1, 2), new (f())(3), new (f()).G(4), new (f().G)(5), new t`x`(6), new t`x`.G(7), new new Function("this.z = 1")().constructor, new (class { y = 1 })().y, new (f(), F)(8))',
  'new and its target':
    'function F() { return new.target === F ? undefined : { called: new.target } } log(new F() instanceof F, F(), Reflect.construct(F, [], Array) )',
  classes:
    'class A { #x = 1; static #n = 0; static { for (let i = 0; i < 3; i++) A.#n++; log(A.#n) } get x() { return this.#x } set x(v) { this.#x = v } #p() { return ++this.#x } q() { return [this.#p(), this.#x++, this.#x, --this.#x, #x in this] } static s = log("s"); ["c" + 1] = this.x } class B extends A { constructor() { log("before"); super(); log(this.c1) } q() { return [...super.q(), super.x] } set x(v) { super.x = v } get x() { return super.x } } const b = new B(); log(b.q()); b.x += 5; b.x++; log(b.x)',
  'super in objects and arrows':
    'const base = { f() { return "base" + this.n }, n: 0 }; const o = { __proto__: base, n: 5, f() { return (() => super.f())() }, g() { super.n = 9; super.n++; super["n"]--; return [this.n, base.n] } }; log(o.f(), o.g())',
  'derived constructors':
    'class A { constructor(x) { this.x = x } } class B extends (log("heritage"), A) { constructor(x) { if (x) super(x); else return { other: 1 } } } class C extends B { y = this.x * 2 } log(new B(1), new B(0), new C(4), (() => { try { new (class extends A { constructor() {} })() } catch (e) { return e.name } })())',
  'super calls in arrows and arguments':
    'class A { constructor(f) { f?.() } } class B extends A { constructor() { const s = () => super(); log(s() === this); } } class C extends A { constructor() { super(() => log("in")) } } new B(); new C()',
  'getters, setters, computed members':
    'let k = 0; const o = { get a() { return k++ }, set a(v) { log("set", v) }, ["b" + k]() { return arguments.length }, *g() { yield 1 }, async h() {}, async *i() {} }; o.a; o.a = 5; o.a += 1; o.a++; log(o.b0(1, 2), [...o.g()], k)',
  'updates of every kind of member':
    'const o = { n: 1, s: "5", b: 2n, u: undefined, v: { valueOf() { log("v"); return 7 } } }, a = [1, 2]; let k = 0; log(o.n++, ++o.n, o.n--, --o.n, o.s++, o.s, o.b++, --o.b, o.u++, o.u, o.v++, o.v, a[k++]++, a[k]--, a, k, -(o.z = -0, o.z++))',
  'updates evaluate once and in order':
    'const f = (x, t) => (log(t), x), o = { a: 1 }, key = "a"; f(o, "o")[f("a", "k")]++; f(o, "p").a--; --(log("q"), o).a; o[key]++; o[(log("r"), key)] += f(1, "v"); ++(f)(o, "s")[`a`]; log(o)',
  'updates that must throw':
    'const t = (f) => { try { return f() } catch (e) { return e.name } }; const o = Object.freeze({ x: 1 }); log(t(() => o.x++), t(() => { "use strict"; return o.x++ }), t(() => { "use strict"; o.x += 1 }), t(() => null.x++), t(() => undefined[log("key")]++), t(() => (1).x++), t(() => Symbol.iterator.x++), t(() => { const o = { s: Symbol() }; o.s++ }))',
  'assignments of every kind':
    'const o = { a: 1, b: null, c: 0 }, f = (x) => (log(x), x); o.a += f(1); o.a **= f(2); o.b ??= f(3); o.c ||= f(4); o.a &&= f(5); o.b ??= f("never"); o["c"] <<= f(1); let x = o.a = o.b = f(6); x += o.c -= f(1); x ||= f("never"); log(o, x); o.q = (f(7), f(8)); o.q += (1, 2); log(o)',
  'compound assignment reads first':
    'const o = { x: 1 }; o.x += (o.x = 10, 5); log(o.x); o.x += (() => { o.x = 100; return 1 })(); log(o.x); let y = 1; y += (() => (y = 50, 1))(); log(y)',
  'commas and sequences':
    'const f = (x) => (log(x), x); let x = (f(1), f(2)), y = (f(3), f(4)); f((f(5), f(6))); log(x, y), f(7); for (f(8), f(9); f(0), f(false); ) ; return f(10), f(11)',
  'spread everywhere':
    'const f = (...x) => x; log(f(...f(1, 2), ...[3]), [...f(4)], { ...f(5), ...{ a: f(6) } }, Math.max(...f(7, 8)), new Array(...f(1, 2)))',
  'arrows of every body':
    'const f = x => y => z => x + y + z, g = x => ({ x }), h = () => [], i = x => (x, x + 1), j = async x => { return x }, k = (a, b = a => a * 2) => b(a), l = x => x ? { y: 1 } : [], m = () => function () { return 1 }, n = () => class { static z = 1 }, o = x => void x, p = () => /a[/]b/.test("a/b"), q = x => x\n=== 1; log(f(1)(2)(3), g(1), h(), i(1), k(2), l(1), m()(), n().z, o(1), p(), q(1))',
  'arrow bodies with comments':
    'const f = x => /* a */ x /* b */ , g = x => // c\n x + 1 // d\n, h = (x) => (/* e */ x /* f */); log(f(1), g(1), h(1))',
  'directives stay first':
    'function f() { "use strict"; return this } function g() { "use strict"\nreturn this } function h() { return this === globalThis } function i() { "a"; "use strict"; return this } log(f(), g(), h(), i())',
  'asi: lines that begin with brackets':
    'let a = 1\nlet b = a\n;(function () { log("iife") })()\n;[1, 2].forEach((x) => log(x))\nconst c = log\n;`x`.length\nlet d = b\n++a\nlog(a, b, d)',
  'asi: calls and awaits begin lines':
    'let f = () => ({ x: 1, g() { return this } }), r = 1\nf().g().x = 2\nlet s = r\nf`t`.x\nlet t = s\nf()["x"]++\nlog(r, s, t)\nvar i = 0\nwhile (i < 2)\ni++\nlog(i)\nif (i)\nf()\nelse\nf()\nlog("end")',
  'asi: restricted productions': 'const f = () => { return\n1 }; let i = 0; i\n++\ni\nlog(f(), i); l: for (;;) { break\nl }',
  'regular expressions and division':
    'let a = 4, g = 2; log(a / 2 / g, /[/]\\/(?<n>x)/g.source, a++ / 2, "x".replace(/x/g, (m) => m + m), +/1/.source); if (1) /a/.exec("a"); log(`${/}/.test("}")}`)',
  'exponents, bigints, nullish':
    'log(2 ** 3 ** 2, (-2) ** 2, 2n ** 64n, null ?? (0 || 5), -(2 ** 2), 1_000n, 0x10, (undefined ?? null) === null); let b = 1n; b **= 3n; b++; log(b, typeof b)',
  'typeof, void, delete, in, instanceof':
    'const o = { a: 1, f() {} }; log(typeof missing, typeof o.f(), void log(1), delete o.a, delete o["b"], delete log(2), "f" in o, [] instanceof Array, !o.f(), -Number("3"), +"4")',
  'this in all kinds of functions':
    'const o = { a() { return [this === o, (() => this === o)(), (function () { return this === o })()] }, b: () => typeof this }; log(o.a(), (o.a)(), (0, o.a)()[0], o["a"]()[0], o.a.call({})[0], o.a.bind(o)()[0])',
  arguments:
    'function f(a) { arguments[0] = 9; return [a, arguments.length, (() => arguments[0])()] } function g(a, b = 1) { arguments[0] = 9; return a } function h(a) { "use strict"; a = 2; return arguments[0] } log(f(1, 2), g(1), h(1), f.length, g.length)',
  'parameters with calls':
    'const d = (x) => (log(x), x); function f(a = d(1), { b = d(2) } = d({}), ...[c = d(3)]) { var a; return [a, b, c] } log(f(), f(0, { b: 0 }, 0), f.length)',
  'immediately called functions':
    'log((function () { return 1 })(), (() => 2)(), function () { return 3 }(), !function () {}(), new (function () { this.x = 4 })().x); (function f(n) { if (n) { log(n); f(n - 1) } })(2)',
  'hoisting and recursion':
    'log(f(5), typeof g, typeof v); function f(n) { return n ? n * f(n - 1) : 1 } var v = 1, g = () => 1; { log(h()); function h() { return "h" } }',
  'let as a name and odd names':
    'var let_ = 1, of = 2, get = 3, set = 4, static_ = 5, $ = 6, \\u0061bc = 7, yield_ = 8; for (of of [1]) log(of); for (var async of [2]) log(async); log(abc, $, get + set)',
  'let as a sloppy name': 'var let = 1; let\n= 5; log(let)',
  'yield and await as sloppy names':
    'var yield = 1, await = 2; log(yield + await); function f(yield, await) { return yield * await } log(f(3, 4)); await: for (;;) break await',
  'html-like names of ours':
    'const $gil = 1, $gil_breaker = [5], $gil1_look = 2; for (let i = 0; i < 2; i++) log($gil, $gil_breaker[0], $gil1_look); [1].map((x) => log(x))',
  'eval, direct and indirect':
    'function f() { var x = "local"; for (let i = 0; i < 1; i++) { eval("var y = x; log(y)") } return [eval("x"), (0, eval)("typeof x"), eval("(() => x)()"), y] } log(f()); let n = 3; for (let i = 0; i < n; i++) { eval("n = 2"); log(i) }',
  with: 'const o = { x: 1, f() { return this === o } }; with (o) { x++; log(x, f()); for (let i = 0; i < 2; i++) x += i } with (new Proxy({}, { has: (_, k) => (typeof k === "string" && k.startsWith("$gil") && log("leak", k), false) })) { for (const i of [1]) log(i); (() => log(i2))() } var i2 = 5; log(o)',
  'proxies see the same operations':
    'const seen = []; const p = new Proxy({ n: 1, f() { return p } }, { get: (t, k, r) => (seen.push("get " + String(k)), Reflect.get(t, k)), set: (t, k, v) => (seen.push("set " + String(k)), Reflect.set(t, k, v)), deleteProperty: (t, k) => (seen.push("delete " + String(k)), delete t[k]), has: (t, k) => (seen.push("has " + String(k)), k in t) }); p.n++; p.n += 2; p.f().n--; p.f()?.f(); delete p?.n; "n" in p; p.x ??= 1; p["y"] = p.n; log(seen)',
  'getters on the way are asked once':
    'let n = 0; const o = { get p() { n++; return { q: { r: 1, s() { return this.r } } } } }; o.p.q.r++; o.p.q.r += 1; o.p.q.s(); o.p?.q.s(); o.p.q["r"]--; log(n)',
  'errors come in the same order':
    'const t = (f) => { try { return f() } catch (e) { return e.name } }; log(t(() => missing(log("arg"))), t(() => null.x(log("arg"))), t(() => { const c = 1; c = log("rhs") }), t(() => { a; let a = 1 }), t(() => ({}).x()), t(() => undefined.x = log("rhs2")), t(() => new (() => {})()), t(() => { throw log("thrown") }))',
  'a throw in every part of a loop':
    'const t = (f) => { try { f() } catch (e) { log("caught", e) } }; const boom = (x) => { throw x }; t(() => { for (boom(1); ; ) ; }); t(() => { for (; boom(2); ) ; }); t(() => { for (; ; boom(3)) ; }); t(() => { for (const x of boom(4)) ; }); t(() => { while (boom(5)) ; }); t(() => { do ; while (boom(6)) }); t(() => { for (let i = 0; i < 3; i++) boom(i) })',
  'empty everything':
    ';;; {} if (1); else; for (;;) { break } while (0); do {} while (0); switch (1) {} l: ; l2: {} try {} finally {} (() => {})(); (function () {})(); class A {} new A; class B { static {} } void 0',
  'a comment at every end':
    'let a = 1 // one\nwhile (a < 3) a++ // two\nfor (const x of [1]) log(x) // three\nif (a) log(a) /* four */\nelse log(0) // five\ndo log(2) // six\nwhile (0) // seven\nl: for (let i = 0; i < 2; /* eight */ i++ /* nine */) /* ten */ log(i) // eleven',
  'small loops':
    'let s = 0, t = "añ😀b", h = 0; for (let i = 0; i < 1000; i++) s += i * i; for (let i = 0; i < t.length; i++) h = (h * 31 + t.charCodeAt(i)) | 0; for (let i = 0; i <= 600; i += 1) { if (i % 3) continue; if (i > 590) break; s ^= i } outer: for (let i = 0; i < 30; i++) for (let j = 0; j < i; ++j) { s += Math.imul(i, j); switch (j) { case 3: break; case 4: continue; default: s-- } } log(s, h)',
  'small loops that return':
    'const prime = (n) => { for (let i = 2; i < n; i++) if (n % i === 0) return false; return n > 1 }; const odd = (n) => { for (let i = 0; i < n; i++) { if (i === 300) throw i } return "none" }; log([0, 1, 2, 997, 1001].map(prime)); try { odd(301) } catch (e) { log(e) } log(odd(5))',
  'members of modules and globals':
    'log(Math.max(1, 2), JSON.stringify({ a: [1] }), Object.keys({ b: 1 }).map((k) => k.toUpperCase()), [3, 1, 2].sort((a, b) => a - b), Array.from({ length: 3 }, (_, i) => i), parseInt("7"), new Map([[1, 2]]).get(1), Symbol("x").description)',
  'strict code':
    '"use strict"; const t = (f) => { try { return f() } catch (e) { return e.name } }; log(this, t(() => { undeclared = 1 }), t(() => { delete Object.prototype }), (function () { return this })()); for (let i = 0; i < 2; i++) log(i)',
};

describe.each(DIALECTS)('under %s', (dialect) => {
  test.each(Object.keys(SNIPPETS))('%s', async (title) => {
    const source = SNIPPETS[title] ?? '';
    const plain = await run(source);
    const { code } = instrument(source, { dialect, sourceType: 'commonjs' });
    expect(await run(code)).toBe(plain);
    expect(code.split('\n').length).toBe(source.split('\n').length);
    expect(plain).not.toContain('SyntaxError');
  });
});

test('the looks really fire', async () => {
  await run(instrument(SNIPPETS.labels ?? '', { sourceType: 'commonjs' }).code);
  expect(looked).toBe(4);
});

test('a dialect without a lock leaves the text as it is', () => {
  for (const source of Object.values(SNIPPETS))
    expect(instrument(source, { dialect: 'cpython-3.13t', sourceType: 'commonjs' }).code).toBe(source);
});

test('a key of an update becomes a string once, as the language has it (V8 of Node 20 does it twice)', async () => {
  const source = 'const o = { a: 1 }; o[{ toString() { log("key"); return "a" } }]++; log(o)';
  const { code } = instrument(source, { dialect: 'cpython-3.9', sourceType: 'commonjs' });
  expect(await run(code)).toBe("[ [ 'key' ], [ { a: 2 } ], [ 'returned', undefined ] ]");
});
