/**
 * CPython's tests of `concurrent.futures` on every kind of pool, and the table of what passed.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { asCompletedTests } from './as-completed.js';
import { COLUMNS } from './columns.js';
import { deadlockTests } from './deadlock.js';
import { executorTests } from './executor.js';
import { futureTests } from './future.js';
import { initTests } from './init.js';
import { interpreterPoolTests } from './interpreter-pool.js';
import { processPoolTests } from './process-pool.js';
import { appliesTo, conformance, keyOf, METHODS, proofOf, registeredKeys } from './registry.js';
import { shutdownTests } from './shutdown.js';
import { conformanceTable, resultsOf } from './table.js';
import { threadPoolTests } from './thread-pool.js';
import { waitTests } from './wait.js';

// biome-ignore lint/correctness/noEmptyPattern: the runner reads this list of fixtures from the text, and wants a pattern
afterAll(({}, suite) => {
  console.log(conformanceTable(resultsOf(suite)));
});

conformance('test_future.py', futureTests);
conformance('executor.py', executorTests);
conformance('test_as_completed.py', asCompletedTests);
conformance('test_wait.py', waitTests);
conformance('test_thread_pool.py', threadPoolTests);
conformance('test_interpreter_pool.py', interpreterPoolTests);
conformance('test_process_pool.py', processPoolTests);
conformance('test_shutdown.py', shutdownTests);
conformance('test_init.py', initTests);
conformance('test_deadlock.py', deadlockTests);

describe('the list of tests', () => {
  it('has all of them, each once', () => {
    const keys = METHODS.map(keyOf);
    expect(new Set(keys).size).toBe(158);
    expect(keys.length).toBe(158);
    const verdicts = (verdict: string) => METHODS.filter((method) => method.verdict === verdict).length;
    expect([verdicts('yes'), verdicts('adapt'), verdicts('no')]).toEqual([94, 43, 21]);
  });

  it('is covered: each is done here, or it is said why not', () => {
    const missing = METHODS.filter((method) => (method.verdict === 'no' ? !method.why : proofOf(method) === undefined));
    expect(missing.map(keyOf)).toEqual([]);
    expect(METHODS.filter(({ verdict, why }) => verdict !== 'no' && why !== undefined)).toEqual([]);
  });

  it('knows everything that is done here, says of what is adapted how, and of nowhere that it runs nowhere', () => {
    const known = METHODS.filter(({ verdict }) => verdict !== 'no').map(keyOf);
    expect(registeredKeys().filter((key) => !known.includes(key))).toEqual([]);
    const silent = METHODS.filter((method) => method.verdict === 'adapt' && proofOf(method)?.how === undefined);
    expect(silent.map(keyOf)).toEqual([]);
    const runs = (method: (typeof METHODS)[number]) =>
      COLUMNS.some((column) => appliesTo(method, column) && proofOf(method)?.except?.[column.name] === undefined);
    expect(METHODS.filter((method) => method.verdict !== 'no' && !runs(method)).map(keyOf)).toEqual([]);
  });
});

describe('the table', () => {
  it('shows what happened, and not what should have', () => {
    const methods = METHODS.filter(({ file }) => file === 'test_wait.py').slice(0, 3);
    const results = [
      { key: 'test_wait.py test_20369', column: 'Thread', outcome: 'passed' },
      { key: 'test_wait.py test_20369', column: 'Process/worker', outcome: 'failed' },
      { key: 'test_wait.py test_first_completed', column: 'Thread', outcome: 'not run' },
    ] as const;
    const run = () => {};
    const find = ({ name }: { name: string }) =>
      name === 'test_20369' ? { run, how: 'somehow' } : name === 'test_first_completed' ? { run } : undefined;
    const table = conformanceTable(results, methods, find).split('\n');
    expect(table[1]).toMatch(/^wait test_20369 +– +✓1 +·1 +·1 +✗1 +·1$/);
    expect(table[2]).toMatch(/^wait test_first_completed +– +· +· +· +· +·$/);
    expect(table[3]).toMatch(/✗ missing/);
    expect(table).toContain('  1  somehow');
    expect(table.at(-1)).toMatch(/^1 passed, 1 failed, 8 not run, 5 missing\. Future 0\/0, Thread 1\/2/);
  });
});
