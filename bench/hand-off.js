/**
 * From the moment one worker lets go until another, which sleeps, has it: through the lock, and through nothing but wait and notify.
 */
import { GlobalLock } from 'gil';
import { betweenTwo, median } from './measure.js';

const ROUNDS = 600;
const REPETITIONS = 7;

function gaps(how) {
  const handle = how === 'gil' ? new GlobalLock().handle : undefined;
  return betweenTwo('./hand-off-worker.js', { how, handle, rounds: ROUNDS, warmUp: 0.1 });
}

export async function run() {
  const bare = [];
  const locked = [];
  for (let i = 0; i < REPETITIONS; i += 1) {
    bare.push(await gaps('bare'));
    locked.push(await gaps('gil'));
  }
  const microseconds = (values) => `${median(values).toFixed(1)} µs`;
  const ratio = Number(median(locked.map((gap, i) => gap / bare[i])).toFixed(3));
  return [{ name: 'hand-off: lock ÷ bare wait/notify', ratio, base: microseconds(bare), subject: microseconds(locked), reach: 1.5 }];
}
