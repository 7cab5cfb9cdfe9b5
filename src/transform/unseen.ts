/**
 * Methods that the language calls by itself: in a text `a + b` shows nothing of `valueOf`. Nobody can be switched in them, and a report says so of each
 * that there is, because it cannot be seen whether it was called.
 */
const NAMES: ReadonlySet<string> = new Set(['toJSON', 'toString', 'valueOf']);

/** `toJSON`, or `Symbol.iterator` as it is written in a text. */
export function isUnseen(name: string): boolean {
  return NAMES.has(name) || /^Symbol\.(?:iterator|toPrimitive|hasInstance|species)$/.test(name);
}

/** How a report names it. */
export function unseen(name: string): string {
  return `${name} (called by the language)`;
}
