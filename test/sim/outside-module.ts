/**
 * What a file with threads may import: things that can change, and things that cannot.
 */
let last = 0;

export const settings = { n: 1 };
export const LIMITS = Object.freeze({ n: 1 });

export function next(): number {
  last += 1;
  return last;
}

export function double(n: number): number {
  return n * 2;
}
