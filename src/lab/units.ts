/**
 * How the experiments write numbers: times and factors with a fixed number of digits, counts in groups of three.
 */

/** `3.51 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** `7.4×`, or `1.94×` below ten. */
export function times(factor: number): string {
  return `${factor.toFixed(factor < 9.95 ? 2 : 0)}×`;
}

/** `1 204`. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `80 million`, `3.2 million`, and small counts as they are. */
export function millions(count: number): string {
  if (count < 1e6) return grouped(count);
  return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} million`;
}
