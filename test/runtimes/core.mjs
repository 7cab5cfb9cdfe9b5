/**
 * Runs the core checks with a runtime, each in a process of its own and no longer than it may, so that a hang is a result.
 */
import { join } from 'node:path';
import { run } from './child.mjs';

const LIMIT = 20_000;

/** For each check: `passed`, `known` (does not work there, as written in runtimes.mjs) or `failed`, and why. */
export async function runCore(runtime, binary, project) {
  const program = join(project, 'test/runtimes/core/program.mjs');
  const start = (argument) => run(binary, [...runtime.run, program, argument], { cwd: project, limit: LIMIT });
  const listed = await start('--list');
  if (listed.code !== 0) return [{ name: 'the package can be imported', result: 'failed', why: listed.output.trim() }];
  const results = [];
  for (const name of JSON.parse(listed.output)) {
    const why = complaint(await start(name));
    const known = name in runtime.known;
    if (known && why === undefined) {
      results.push({ name, result: 'failed', why: 'it is listed as not working in runtimes.mjs, but passed: take it off the list' });
    } else {
      results.push({ name, result: why === undefined ? 'passed' : known ? 'known' : 'failed', why });
    }
  }
  return results;
}

function complaint({ code, output, inTime }) {
  const passed = /^passed$/m.test(output);
  if (passed && code === 0) return undefined;
  if (!inTime) return passed ? 'passed, but the process does not end by itself' : `no end within ${LIMIT / 1000} s: ${output.trim()}`;
  return output.trim() || `the process ended with ${code} and without a word`;
}
