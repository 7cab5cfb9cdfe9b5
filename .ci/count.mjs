/**
 * count.mjs FOLDER [failed section…]: says how many tests passed and failed, on the last line. The folder has reports in vitest's JSON form,
 * each under the name of the section that wrote it. What failed outside of the tests counts as well, so that the line never says less
 * than what happened.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...sections] = process.argv.slice(2);
let [passed, failed] = [0, 0];
/** Sections whose tests explain why they failed. */
const explained = new Set();

for (const file of readdirSync(folder)) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  // A file that could not be loaded, or whose hooks failed, has no failed test of its own.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
  );
  for (const { name, message } of broken) console.log(`failed as a whole: ${name} ${message}`);
  passed += numPassedTests;
  failed += numFailedTests + broken.length;
  if (numFailedTests + broken.length > 0) explained.add(file.replace(/\.json$/, ''));
}

for (const name of sections) {
  console.log(`failed section: ${name}`);
  if (!explained.has(name)) failed += 1;
}
if (passed === 0 && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
