/**
 * `program.mjs NAME`: runs one core check and says `passed`, or why not. `--list` names them all. The process is to end by itself.
 */
import { lockChecks } from './lock-checks.mjs';
import { poolChecks } from './pool-checks.mjs';

const checks = { ...lockChecks, ...poolChecks };
const name = process.argv[2];

if (name === '--list') {
  console.log(JSON.stringify(Object.keys(checks)));
} else {
  // Not to be caught by anything below: a rejection that nobody handles is a failure too.
  Promise.resolve()
    .then(checks[name])
    .then(
      () => console.log('passed'),
      (error) => {
        console.log(`failed: ${String(error?.stack ?? error)}`);
        process.exit(1);
      },
    );
}
