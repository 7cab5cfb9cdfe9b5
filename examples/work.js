// The module of 06-module-task.js: its functions run in workers, with everything that they import.
import { createHash } from 'node:crypto';

let calls = 0;

/** Counts the primes below `n`. */
export function countPrimes(n) {
  calls += 1;
  let count = 0;
  for (let candidate = 2; candidate < n; candidate++) if (isPrime(candidate)) count += 1;
  return count;
}

/** What this worker has done so far: a module's variables are the worker's own. */
export function report() {
  return `${calls} calls, ${createHash('sha256').update(String(calls)).digest('hex').slice(0, 8)}`;
}

function isPrime(n) {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}
