/**
 * The command `gil` from outside: what it prints where, and how it exits.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { CLI, gil } from './run-cli.js';

const NAMES = [
  'one-at-a-time',
  'why-a-gil',
  'cpu-bound',
  'io-bound',
  'process-map',
  'process-context',
  'native-code',
  'free-threaded',
  'right-approach',
];
const COURSE = [
  'lost-updates',
  'atomic-operations',
  'fixed-by-lock',
  'check-then-act',
  'deadlock',
  'dining-philosophers',
  'bounded-buffer',
  'readers-writers',
  'refcounts',
  'code-nobody-transformed',
];
const ESCAPE = '\u001b[';

describe('gil doctor', () => {
  it('says what works here, by trying it', async () => {
    const { code, stdout, stderr } = await gil(['doctor', '--json']);
    expect(stderr).toBe('');
    const { findings } = JSON.parse(stdout) as { findings: { name: string; state: string; detail: string }[] };
    expect(findings.map(({ name, state }) => `${name} ${state}`)).toEqual(['workers yes', 'checkpoints yes', 'interrupts yes']);
    expect(findings[2]?.detail).toMatch(/never looks was interrupted within [\d.]+ ms/);
    expect(code).toBe(0);
  });

  it('says why interrupts do not, where they do not', async () => {
    const flag = process.version.startsWith('v20.') ? '--experimental-permission' : '--permission';
    const { code, stdout } = await gil(['doctor'], { NODE_OPTIONS: `${flag} --allow-worker --allow-fs-read=*` });
    expect(stdout).toMatch(/^ {2}interrupts +no +the permission model is on, and forbids the inspector/m);
    expect(code).toBe(0);
  });
});

describe('gil', () => {
  it.each([[[]], [['--help']], [['-h']]])('%j prints the commands', async (args) => {
    const { code, stdout, stderr } = await gil(args);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: gil <command>');
    expect(stdout).toMatch(/^ {2}lab +\S/m);
    expect(stdout).toMatch(/^ {2}doctor {2}\S/m);
    expect(stderr).toBe('');
  });

  it('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(await gil(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['frobnicate'], 'no command or option frobnicate; the commands are lab, doctor'],
    [['doctor', 'me'], 'doctor takes no names; got me'],
    [['lab', 'nope', 'cpu-bound'], `no experiment nope; there are ${[...NAMES, ...COURSE].join(', ')}`],
    [['lab', '--bad'], "Unknown option '--bad'; the options are --json, --list, --help"],
    [['lab', '--json=3'], "Option '--json' does not take an argument; the options are"],
  ])('%j is called wrongly: exit code 2, and stderr says what there is', async (args, message) => {
    const { code, stdout, stderr } = await gil(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});

describe('gil lab', () => {
  it('--help prints its options and the experiments', async () => {
    const { code, stdout } = await gil(['lab', '--help']);
    expect(code).toBe(0);
    for (const word of ['--json', '--list', ...NAMES, ...COURSE]) expect(stdout).toContain(word);
  });

  it('--list names the claims in the order of the article, then the course', async () => {
    const { code, stdout, stderr } = await gil(['lab', '--list']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const groups = stdout
      .trimEnd()
      .split('\n\n')
      .map((group) => group.split('\n'));
    expect(groups.map(([title]) => title)).toEqual(['The article "The GIL Explained":', 'The course, by name:']);
    expect(groups.map(([, ...lines]) => lines.map((line) => line.trim().split(' ')[0]))).toEqual([NAMES, COURSE]);
    for (const [, ...lines] of groups) for (const line of lines) expect(line).toMatch(/^ {2}\S+ {2,}\S.+/);
  });

  it('--list with names lists these', async () => {
    const { stdout } = await gil(['lab', '--list', 'lost-updates']);
    expect(stdout).toMatch(/^The course, by name:\n {2}lost-updates {2}\S.+\n$/);
  });

  it('--list --json gives them as data', async () => {
    const { stdout } = await gil(['lab', '--list', '--json', 'lost-updates', 'io-bound', 'cpu-bound']);
    const { experiments } = JSON.parse(stdout) as { experiments: Record<string, string>[] };
    expect(experiments.map(({ name }) => name)).toEqual(['cpu-bound', 'io-bound', 'lost-updates']);
    expect(experiments.map(({ group }) => group)).toEqual(['article', 'article', 'course']);
    for (const each of experiments) {
      for (const key of ['claim', 'question', 'article', 'cpython', 'expectation']) expect(each[key]).toMatch(/\S/);
    }
  });

  it('colours nothing that goes to a pipe, everything when forced, nothing with NO_COLOR', async () => {
    expect((await gil(['lab', '--list'])).stdout).not.toContain(ESCAPE);
    expect((await gil(['lab', '--list'], { FORCE_COLOR: '1' })).stdout).toContain(ESCAPE);
    expect((await gil(['lab', '--list'], { NO_COLOR: '1' })).stdout).not.toContain(ESCAPE);
  });

  it('prints a table, without progress where there is no terminal', async () => {
    const { code, stdout, stderr } = await gil(['lab', 'one-at-a-time']);
    expect(stderr).toBe('');
    expect(stdout).not.toContain(ESCAPE);
    expect(stdout).toMatch(/^Claim +Article +CPython +Here +Holds$/m);
    expect(stdout).toMatch(/^one-at-a-time/m);
    expect(stdout).toMatch(/\d of 1 claims? holds? · \d+\.\d s · Node \d+/);
    expect(code).toBe(stdout.includes('✔ yes') ? 0 : 1);
  });

  it.runIf(process.platform === 'linux')('ends at Ctrl-C without leaving children', async () => {
    const child = spawn(process.execPath, [CLI, 'lab', 'process-context'], { stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    const children = await vi.waitUntil(
      () => {
        const pids = childrenOf(child.pid!);
        return pids.length >= 5 && pids;
      },
      { timeout: 25_000, interval: 10 },
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    await vi.waitUntil(() => children.every((pid) => !exists(pid)), { timeout: 10_000 });
  });
});

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
