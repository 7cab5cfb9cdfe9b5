/**
 * A module of tasks for the core checks: one that computes, and one that shows whether the module got its looks.
 */
export const double = (n) => n * 2;
export const ownText = () => double.toString();

/** Runs until it is told to stop by shared memory: it lets others have the lock only if it has looks. */
export function spinUntil(memory, index) {
  let turns = 0;
  while (Atomics.load(memory, index) === 0) turns += 1;
  return turns;
}

/** Opens a gate. */
export function openGate(memory, index) {
  Atomics.store(memory, index, 1);
  return index;
}
