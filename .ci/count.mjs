/**
 * count.mjs REPORT [failed section…]: says how many tests passed and failed, by vitest's JSON report, on the last line. What failed
 * outside of the tests counts as well, so that the line never says less than what happened.
 */
import { existsSync, readFileSync } from 'node:fs';

const [report, ...sections] = process.argv.slice(2);
const {
  numPassedTests: passed,
  numFailedTests,
  testResults,
} = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { numPassedTests: 0, numFailedTests: 0, testResults: [] };

// A file that could not be loaded, or whose hooks failed, has no failed test of its own.
const broken = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
);
for (const { name, message } of broken) console.log(`failed as a whole: ${name} ${message}`);
for (const name of sections) console.log(`failed section: ${name}`);

// The section of the tests counts by its tests, unless none of them explains why it failed.
const unexplained = sections.filter((name) => name !== 'npm test' || numFailedTests + broken.length === 0);
const failed = numFailedTests + broken.length + unexplained.length + (passed === 0 && sections.length === 0 ? 1 : 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
