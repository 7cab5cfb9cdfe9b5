/**
 * Virtual time is counted in whole nanoseconds, so that times that should be equal are; outside it is milliseconds, as everywhere here.
 */

/** Milliseconds as nanoseconds: what is above 0 stays above 0, or a wait for it would never end; the tolerance takes back what adding up milliseconds lost. */
export function toNanoseconds(ms: number): number {
  if (ms === Number.POSITIVE_INFINITY) return ms;
  return ms > 0 ? Math.max(1, Math.ceil(ms * 1e6 - 1e-3)) : 0;
}

/** Nanoseconds as milliseconds. */
export function toMilliseconds(nanoseconds: number): number {
  return nanoseconds / 1e6;
}
