/**
 * The stateful search on functions of files that the Vite plugin has seen: what they use from around them is constant, or refused by its name.
 */
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/sim/explore.js';
import { originsIn } from '../../src/transform/origin-table.js';
import { leaveOrigins } from '../../src/transform/origins.js';

interface Shared {
  [key: string]: unknown;
}
interface File {
  readonly state: () => Shared;
  readonly thread: (s: Shared) => void;
}

/** What a file makes, as it is when the plugin has seen it. */
function fileOf(source: string): File {
  const seen = String(leaveOrigins(source, { file: 'work.ts', lineOf: (line) => line }));
  const body = seen.replace(/import \{ originsIn as (\S+) \} from 'gil\/transform';/, 'const $1 = originsIn;');
  return new Function('originsIn', `'use strict'; ${body}\nreturn { state, thread };`)(originsIn) as File;
}

const search = (
  source: string,
  strategy: 'stateful' | 'exhaustive' = 'stateful',
  dialect: 'cpython-3.13' | 'cpython-3.9' = 'cpython-3.13',
) => {
  const { state, thread } = fileOf(source);
  const ends = new Set<string>();
  const after = (s: Shared): void => void ends.add(JSON.stringify(s));
  const report = explore({ dialect, state, threads: { ann: thread, bob: thread }, after, search: { strategy, maxMs: 60_000 } });
  return { report, ends: [...ends].sort() };
};

const WORK = `
const STEP = 2;
const LIMITS = Object.freeze({ most: 5 });
function add(s, by) { s.n += by; return s.n; }
class Box {
  n = 0;
  #half(of) { return of / STEP; }
  inc(by) { this.n = this.#half(this.n * 2) + by; if (this.n > LIMITS.most) throw new RangeError('full'); }
}
class Wide extends Box { wide = 1; twice(by) { this.inc(by); } }
const state = () => ({ n: 0, box: new Wide() });
const thread = (s) => { add(s, STEP); s.box.twice(1); s.last = s.box.n; };
`;

describe('functions of a file', () => {
  it.each(['cpython-3.13', 'cpython-3.9'] as const)('use its constants, functions and classes under %s', (dialect) => {
    const found = search(WORK, 'stateful', dialect);
    expect(found.report).toMatchObject({ proved: 'complete', failure: null });
    if (dialect === 'cpython-3.9') expect(found.ends.length).toBeGreaterThan(3);
    else expect(found.ends).toEqual(search(WORK, 'exhaustive').ends);
  });

  it('use a variable that nobody changes', () => {
    expect(search('let by = 3; const state = () => ({ n: 0 }); const thread = (s) => { s.n += by; };').ends).toEqual(['{"n":6}']);
  });

  it.each([
    [
      'set one',
      'let all = 0; const state = () => ({ n: 0 }); const thread = (s) => { all += 1; s.n = all; };',
      /sets `all`.*put it into the state/,
    ],
    [
      'call who sets one',
      'let all = 0; function count() { all += 1; return all; } const state = () => ({ n: 0 }); const thread = (s) => { s.n = count(); };',
      /the function `count`.*sets `all`/,
    ],
    [
      'make what sets one',
      'let all = 0; class Box { constructor() { all += 1; } get() { return all; } } const state = () => ({ n: 0 }); const thread = (s) => { s.box = new Box(); };',
      /the class `Box`.*sets `all`.*put it into the state/,
    ],
    [
      'make in one go what sets one',
      'let all = 0; class Box { constructor() { all += arguments.length + 1; } get() { return all; } } const state = () => ({ n: 0 }); const thread = (s) => { s.box = new Box(); };',
      /uses `all`: it changed, and is no part of the state/,
    ],
    [
      'use an object that may change',
      'const table = [1, 2]; const state = () => ({ n: 0 }); const thread = (s) => { s.n = table[0]; };',
      /uses `table`: an array that may change.*Object\.freeze/,
    ],
    [
      'use what keeps such',
      'const seen = new Map(); const known = (n) => seen.has(n); const state = () => ({ n: 0 }); const thread = (s) => { s.list = [1].filter(known); };',
      /uses `seen`: a Map that may change/,
    ],
    [
      'keep something in a class',
      'class Box { static made = 0; } const state = () => ({ n: 0 }); const thread = (s) => { Box.made += 1; s.n = Box.made; };',
      /`made`: it changed/,
    ],
  ])('are refused if they %s', (_, source, message) => {
    expect(() => search(source)).toThrow(expect.objectContaining({ code: 'ERR_STATEFUL', message: expect.stringMatching(message) }));
  });
});
