/**
 * `gil/vitest` as its user has it: tests that explore, matchers, and what a failing test prints and can be told from outside.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explore } from 'gil/sim';
import { holdMatchers, interleavings } from 'gil/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

expect.extend(holdMatchers);

interface Counter {
  n: number;
}

function* increment(s: Counter): Generator<undefined> {
  yield;
  const seen = s.n;
  yield;
  s.n = seen + 1;
}

const racy = { state: () => ({ n: 0 }), threads: { ann: increment, bob: increment }, after: (s: Counter) => s.n === 2 };
const whole = {
  ...racy,
  threads: {
    ann: function* (s: Counter) {
      yield;
      s.n += 1;
    },
    bob: function* (s: Counter) {
      yield;
      s.n += 1;
    },
  },
};

interleavings('increments in one go', whole, { proved: 'complete' });
interleavings('increments in two, under whose rules they are lost', { ...racy, dialects: ['cpython-3.13'] }, { breaks: ['cpython-3.13'] });

describe('matchers', () => {
  it('tell what holds', () => {
    expect(explore(whole)).toHold();
    expect(explore(whole)).toBeProved();
    expect(explore(racy)).not.toHold();
    expect(explore({ ...racy, dialects: ['cpython-3.13'] })).toBreakOnlyUnder('cpython-3.13');
    expect(() => expect(explore(racy)).toHold()).toThrow(/found: schedule 3/);
    expect(() => expect(explore(whole)).toBreakOnlyUnder('cpython-3.13')).toThrow(/holds for threads ann and bob/);
  });
});

describe('the Vite plugin', () => {
  const project = fileURLToPath(new URL('../..', import.meta.url));

  it('lets threads use what is around them, in TypeScript too, and names the lines that were written', { timeout: 180_000 }, () => {
    const folder = mkdtempSync(join(project, 'test/sim/.tmp-'));
    try {
      writeFileSync(
        join(folder, 'vitest.config.js'),
        "import { gil } from 'gil/vite';\nexport default { plugins: [gil()], test: { include: ['*.test.ts'] } };\n",
      );
      writeFileSync(
        join(folder, 'helper.ts'),
        `// Its lines are not those of the compiled text.

export const amount = 1;
export class Secret {
  #v = 0;
  #bump(by: number): void {
    this.#v += by;
  }
  increment(): void {
    this.#bump(amount);
  }
  get v(): number {
    return this.#v;
  }
}
`,
      );
      writeFileSync(
        join(folder, 'closures.test.ts'),
        `import { interleavings } from 'gil/vitest';
import { describe } from 'vitest';
import { amount, Secret } from './helper';

interface Counter {
  n: number;
}
const twice = (x: number): number => x * 2;
describe('threads', () => {
  const own = 1;
  interleavings('private', { state: () => new Secret(), dialects: ['cpython-3.9', 'cpython-3.13'], threads: { ann: (s) => s.increment(), bob: (s) => s.increment() }, after: (s) => s.v === 2 }, { breaks: ['cpython-3.9'], proved: 'complete' });
  interleavings('closures', {
    state: (): Counter => ({ n: 0 }),
    threads: {
      ann: (s) => {
        s.n = s.n + own + amount;
      },
      bob: (s) => {
        s.n += twice(own);
      },
    },
    after: (s) => s.n === 4,
  });
});
`,
      );
      const { text, status } = runVitest(project, folder, {});
      expect(status).toBe(1);
      expect(text).toContain('1 failed | 1 passed (2)');
      expect(text).toContain('lost update on s.n');
      expect(text).toMatch(/closures\.test\.ts:19 {2}after twice\(own\) {2}s\.n: \d → \d/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** What vitest prints for the tests of a folder. */
function runVitest(
  project: string,
  folder: string,
  environment: Record<string, string>,
): { readonly text: string; readonly status: number | null } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(project, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--reporter=verbose', '--no-color'],
    { cwd: project, encoding: 'utf8', env: { ...process.env, ...environment, NO_COLOR: '1' } },
  );
  return { text: `${stdout}\n${stderr}`, status };
}

describe('a test that fails', () => {
  const project = fileURLToPath(new URL('../..', import.meta.url));
  let folder: string;
  const run = (environment: Record<string, string>) => runVitest(project, folder, environment);

  beforeAll(() => {
    folder = mkdtempSync(join(project, 'test/sim/.tmp-'));
    writeFileSync(
      join(folder, 'racy.test.js'),
      `import { interleavings } from 'gil/vitest';
function* increment(s) { yield; const seen = s.n; yield; s.n = seen + 1; }
interleavings('two increments', { state: () => ({ n: 0 }), threads: { ann: increment, bob: increment }, after: (s) => s.n === 2 });
`,
    );
    writeFileSync(join(folder, 'vitest.config.js'), 'export default { test: { include: ["*.test.js"] } };\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('prints the story and how to see it again; with that, it fails again; with another schedule it passes', () => {
    const first = run({});
    expect(first.status).toBe(1);
    expect(first.text).toContain('InterleavingError: lost update on s.n: `after` does not hold');
    expect(first.text).toContain('found: schedule 3 of');
    const [, schedule] = /GIL_SCHEDULE='([^']+)'/.exec(first.text) ?? [];
    expect(schedule).toBe('g1:ann+1.bob.ann');
    const again = run({ GIL_SCHEDULE: schedule! });
    expect(again.status).toBe(1);
    expect(again.text).toContain('found: schedule 1 of replay');
    const other = run({ GIL_SCHEDULE: 'g1:ann.bob' });
    expect(other.status).toBe(0);
    expect(other.text).toContain('holds for threads ann and bob');
  }, 180_000);
});
