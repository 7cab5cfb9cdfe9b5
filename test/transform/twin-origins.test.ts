/**
 * Files that were looked through: the classes in them are constructed step by step where they were written, private names and all.
 */
import { expect, it } from 'vitest';
import { dialects } from '../../src/dialects/registry.js';
import { originsIn } from '../../src/transform/origin-table.js';
import { leaveOrigins } from '../../src/transform/origins.js';
import { same } from './twin-logs.js';

const FILE = `
let made = 0;
const next = () => { made += 1; return made; };
class Secret {
  #a = next();
  #list = [];
  b = this.#a + next();
  constructor(x) { this.#a += x; this.#push(x); }
  #push(x) { this.#list.push(x); }
  get a() { return this.#a; }
  get #own() { return this.#a; }
  set #own(x) { this.#a = x; }
  all() { this.#own += 1; this?.#own; return [this.#own++, this.b, ...this.#list]; }
}
class Plain extends Secret {
  c = this.a;
  constructor(x) { super(x * 2); this.d = super.all(); }
  all() { return [...super.all(), this.c]; }
}
class Deep extends Secret { #c = 1; get c() { return this.#c; } }
const Anonymous = class { n = next(); };
globalThis.result = {
  program: ({ log }) => {
    made = 0;
    const [secret, plain] = [new Secret(1), new Plain(2)];
    return [secret.all(), plain.all(), plain.d, new Anonymous().n, new Deep(1).c, made, plain instanceof Secret, Object.keys(plain)];
  },
};
`;

function load(): { program: (o: never) => unknown } {
  const text = leaveOrigins(FILE, { file: 'file.js', lineOf: (line) => line })!
    .toString()
    .replace(/^import \{ originsIn as (\S+) \} from 'gil\/transform';/, 'const $1 = globalThis.originsForTest;');
  const globals = globalThis as unknown as Record<string, unknown>;
  globals['originsForTest'] = originsIn;
  // biome-ignore lint/security/noGlobalEval: as a module would be
  const run = globalThis.eval;
  run(`(() => { 'use strict'; ${text} })()`);
  return globals['result'] as { program: (o: never) => unknown };
}

it.each(['cpython-3.9', 'cpython-3.13'] as const)('under %s', (name) => {
  const { program } = load();
  const { sites, natives, result } = same(program, (log) => ({ log }), dialects[name], { accessors: new Set(['a', 'c']) });
  expect(String(result)).not.toContain('threw');
  expect(natives).toEqual(['push', '#own', 'new Deep', 'keys']);
  if (name === 'cpython-3.13') expect(sites.filter((site) => /^(?:Secret|Plain) entry/.test(site))).toHaveLength(3);
});
