/**
 * Every example runs to its end and prints what its head says, as far as that is the same each time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT, run } from './project.js';

const LIMIT = 120_000;
const EXAMPLES = join(PROJECT, 'examples');

const PRINTS: Readonly<Record<string, RegExp>> = {
  '01-first-pool.js': /^42\n\[ 1, 4, 9 \]\nRangeError: 0 is too small\n$/,
  '02-why-threads-did-not-help.js': /^1 thread: +\d+ ms\n4 threads: \d+ ms\nswitches: +\d+\n$/,
  '03-release-for-io.js': /^held: +\d+ ms\nreleased: \d+ ms\nthe same keys: true\n$/,
  '04-a-lock-across-workers.js': /^400000\n$/,
  '05-processes.js': /^workers: +(\[.*\])\nprocesses: \1\nanother process: true\nERR_POOL_BROKEN ERR_WORKER_DIED\n$/,
  '06-module-task.js': /^\[ 25, 168, 1229 \]\n3 calls, 4e074085\ntrue ERR_TASK_EXPORT\n$/,
  '07-free-threaded.js': /^cpython-3\.9: lock on, \d+ lost\ncpython-3\.13: lock on, 0 lost\ncpython-3\.13t: lock off, \d+ lost\n$/,
  '08-cancel-and-timeouts.js':
    /20 ms: null\n.*ERR_GIL_CANCELLED\n.*ERR_GIL_CANCELLED\n.*false true\n.*ERR_FUTURE_TIMEOUT\n2 true true\ncleaned up\n.*ERR_FUTURE_TIMEOUT - workers: 1\n$/,
  '09-a-dialect-of-your-own.js': /^cpython-3\.13: \d+\.\d\d ms\npriority-gil: \d+\.\d\d ms\n$/,
  '10-lost-updates.js':
    /^cpython-3\.9: [1-9]\d* lost\ncpython-3\.13: 0 lost\ncpython-3\.13t: [1-9]\d* lost\ncpython-3\.9 with a lock: 0 lost\n$/,
  '11-producers-and-consumers.js': /^2000\ntrue\n$/,
  '12-prove-it.js':
    /^holds for threads t1 and t2 under cpython-3\.13: complete, 20 schedules.*\n\nlost update on s\.n: [\s\S]*replay: g1:[\s\S]*dialect: cpython-3\.9\n\n$/,
  '13-code-nobody-transformed.js': /^checkpoint( +\d+ %){4}\ninterrupt ( +\d+ %){4}\n$/,
};

const examples = readdirSync(EXAMPLES).filter((name) => /^\d\d-/.test(name));

describe.concurrent('each example runs', () => {
  test.each(examples)('%s', { timeout: LIMIT * 2 }, async (name) => {
    const { code, stdout, stderr } = await run(process.execPath, [join(EXAMPLES, name)], EXAMPLES, LIMIT);
    expect(stderr, name).toBe('');
    expect(code, code === null ? `${name} did not end within ${LIMIT} ms` : name).toBe(0);
    expect(stdout, name).toMatch(PRINTS[name] as RegExp);
  });
});

describe('the example of a WebAssembly library', () => {
  const FOLDER = join(EXAMPLES, 'webassembly');

  test('goes wrong without a lock only', { timeout: LIMIT * 2 }, async () => {
    const { code, stdout, stderr } = await run(process.execPath, [join(FOLDER, 'count.js'), '1', '1'], FOLDER, LIMIT);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^millions of calls a second +64 bytes +1024 bytes +16384 bytes +wrong counts$/);
    expect(rows.map((row) => row.replace(/ +\d+\.\d{3} \(× \d+\.\d\d\)/g, ' *').replace(/^(no lock.*) \d+$/, '$1 any'))).toEqual(
      ['one thread', 'no lock', 'the GIL', 'the GIL, released for `digest`', 'a Lock around both', 'a Lock around `count`'].map((name) =>
        expect.stringMatching(new RegExp(`^${name} \\* \\* \\* +${name === 'no lock' ? 'any' : '0'}$`)),
      ),
    );
  });

  test('has a module that does what its listing says', async () => {
    const { bytes } = (await import(join(FOLDER, 'module.js'))) as { bytes: Uint8Array };
    // Its types know no WebAssembly, which every runtime has.
    const { Module, Instance, Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyLike }).WebAssembly;
    const memory = new Memory({ initial: 1, maximum: 1, shared: true });
    const { digest, count } = new Instance(new Module(bytes), { env: { memory } }).exports;
    new Uint8Array(memory.buffer).set(Buffer.from('foobar'), 4096);
    // The checksum that the authors of FNV-1a publish for this word.
    expect(digest(4096, 6) >>> 0).toBe(0xbf9cf968);
    // The first two share a place in the table, and so do the last two.
    expect([1, 257, 1, 257, 257, -1, 255].map(count)).toEqual([1, 1, 2, 2, 3, 1, 1]);
    expect(new Int32Array(memory.buffer)[0]).toBe(7);
  });
});

interface WebAssemblyLike {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => { readonly buffer: SharedArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { digest(at: number, length: number): number; count(key: number): number } };
}

test('each example is short and says at its head what it shows and what it prints', () => {
  expect(examples).toEqual(Object.keys(PRINTS));
  for (const name of examples) {
    const lines = readFileSync(join(EXAMPLES, name), 'utf8').split('\n');
    expect(lines.length, name).toBeLessThanOrEqual(41);
    expect(lines[0], name).toMatch(/^\/\/ /);
    expect(lines[1], name).toMatch(/^\/\/ Prints /);
  }
});
