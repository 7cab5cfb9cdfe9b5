/**
 * Functions that have a text and count as native all the same: this package's own. Nobody else runs in them, as in the interpreter's own types.
 */
const natives = new WeakSet<object>();

/** From now on these count as native. */
export function countAsNative(...functions: readonly unknown[]): void {
  for (const each of functions) if (typeof each === 'function') natives.add(each);
}

/** Whether a text is what the platform shows of its own functions. No text of a user's can end so: it is no JavaScript. */
export function isNativeText(text: string): boolean {
  return /\{\s*\[native code\]\s*\}\s*$/.test(text);
}

/** Whether a function counts as native, whatever its text. */
export function isNative(plain: object): boolean {
  return natives.has(plain);
}

/** What Istanbul puts into a text to count what was run: no code of its author's, and it uses a variable of the file. */
const COUNTER = /\bcov_\w+\(\)\.[fsbT]+\[\d+\](?:\[\d+\])?\+\+/g;

/** A text without the counters of a coverage tool; nothing moves. */
export function withoutCounters(text: string): string {
  return text.replace(COUNTER, (counter) => '0'.padEnd(counter.length));
}
