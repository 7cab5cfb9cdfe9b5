/**
 * What every pool is given to run. Each function uses nothing around it, so it can also travel as text; at most one argument.
 */

export function empty() {}

export function echo(value) {
  return value;
}

/** So many turns of work that only a core can do. */
export function burn(turns) {
  let sum = 0;
  for (let i = 0; i < turns; i += 1) sum = (Math.imul(sum, 31) + i) | 0;
  return sum;
}

/** Keeps its thread for so many milliseconds. */
export function block(milliseconds) {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

export function forever() {
  for (let i = 0; ; i += 1) if (i === 1e9) i = 0;
}

export function throwOwnClass() {
  class TooFar extends Error {
    name = 'TooFar';
    code = 'E_TOO_FAR';
    limit = { metres: 5 };
  }
  throw new TooFar('too far', { cause: 'a reason' });
}

export function throwBuiltIn() {
  throw new RangeError('out of range');
}

export function throwText() {
  throw 'only a text';
}

export function giveFunction() {
  return () => 1;
}

export function exit() {
  process.exit(3);
}

/** Never settles: its thread dies of an error that nobody catches. */
export function throwLater() {
  return new Promise(() => {
    setTimeout(() => {
      throw new Error('thrown later');
    }, 20);
  });
}

/** Leaves a file behind, to tell that it ran. */
export async function leaveMark(path) {
  const { writeFileSync } = await import('node:fs');
  writeFileSync(path, '');
}

export function startTicking() {
  globalThis.ticks = 0;
  setInterval(() => {
    globalThis.ticks += 1;
  }, 10);
}

export function countTicks() {
  return globalThis.ticks;
}
