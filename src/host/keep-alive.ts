/**
 * Keeps the process alive while somebody waits. A pending `Atomics.waitAsync` alone does not (nodejs/node#44409): the process
 * would end silently with code 0. One referenced timer for the thread, shared by every wait, does.
 */

let waits = 0;
let timer: NodeJS.Timeout | undefined;

/** One more wait is pending. */
export function hold(): void {
  waits += 1;
  if (waits > 1) return;
  // The longest timer there is: it is never meant to fire, only to be referenced.
  timer ??= setInterval(() => {}, 0x7fff_ffff);
  timer.ref();
}

/** A wait is over. */
export function letGo(): void {
  waits -= 1;
  if (waits === 0) timer?.unref();
}
