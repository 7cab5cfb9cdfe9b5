/**
 * The words that the threads of a chaos run share, and their dice.
 */

/** Who is inside: its thread number plus 1, or 0. */
export const OWNER = 0;
/** How often somebody found somebody else inside. */
export const VIOLATIONS = 1;
/** How often anybody got through. */
export const PROGRESS = 2;
/** Not 0: the run is over. */
export const STOP = 3;
/** From here on, by thread number: not 0 if that thread is about to be killed, so that its name may be left behind. */
export const DOOMED = 4;
export const WORDS = 65_536;

/** Thread `me` says that it is inside. Nobody else may be, but one that was killed there. */
export function enter(words, me) {
  const before = Atomics.exchange(words, OWNER, me + 1);
  if (before !== 0 && Atomics.load(words, DOOMED + before - 1) === 0) Atomics.add(words, VIOLATIONS, 1);
}

/** Thread `me` says that it is inside no more. Nobody may have come in meanwhile. */
export function leave(words, me) {
  if (Atomics.compareExchange(words, OWNER, me + 1, 0) !== me + 1) Atomics.add(words, VIOLATIONS, 1);
  Atomics.add(words, PROGRESS, 1);
}

/** Where a lock's memory has its switch number. */
const SWITCH_NUMBER = 3;

/**
 * Thread `me` runs, and nobody else does as long as the lock did not change hands. For code that may be interrupted anywhere: what is
 * written here is still there, unless there was a switch.
 */
export function alone(words, lockWords, me) {
  const before = Atomics.load(lockWords, SWITCH_NUMBER);
  Atomics.store(words, OWNER, me + 1);
  for (let spin = 0; spin < 50 && Atomics.load(words, OWNER) === me + 1; spin += 1);
  const seen = Atomics.load(words, OWNER);
  if (seen === me + 1 || Atomics.load(lockWords, SWITCH_NUMBER) !== before) return;
  // One that was killed may run on to where the engine ends it.
  if (Atomics.load(words, DOOMED + me) === 0 && Atomics.load(words, DOOMED + seen - 1) === 0) Atomics.add(words, VIOLATIONS, 1);
}

/** Thread `me` dies as its fate has it, whatever it has in its hands. */
export function die(words, me, fate) {
  Atomics.store(words, DOOMED + me, 1);
  if (fate === 'exit') process.exit(3);
  if (fate === 'error') throw new Error('nobody catches this');
  // Where others could see it: an optimiser may leave out what nobody can ever see.
  globalThis.hoard = [];
  for (;;) globalThis.hoard.push('x'.repeat(1000).split(''));
}

/** Whole numbers below `limit`, the same for the same seed (mulberry32). */
export function random(seed) {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
