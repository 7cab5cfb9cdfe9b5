/**
 * The places at which twins yield, in all texts of this thread: a number each, and what a timeline says of it.
 */

/** What kind of place it is. */
export type SiteKind = 'entry' | 'turn' | 'after' | 'branch' | 'between';

/** A place in a text where a thread may be switched. */
export interface Site {
  readonly kind: SiteKind;
  /** The function it is in. */
  readonly functionName: string;
  /** The file, where it is known. */
  readonly file: string | undefined;
  /** From 1; without a file, of the function's own text. */
  readonly line: number;
  readonly column: number;
  /** The code that it stands behind, or before, in one line. */
  readonly text: string;
  /** A short name that stays the same when other code is edited. */
  readonly label: string;
}

const sites: Site[] = [];
/** Of each place, all places of the text that it is in. */
const neighbours: (readonly number[])[] = [];

/** Of each place, whether somebody came to it: one byte, written by whoever runs twins, at each move. */
export const reached = { marks: new Uint8Array(1024) };

/** A new place's number. */
export function addSite(site: Site): number {
  const number = sites.push(site) - 1;
  if (number >= reached.marks.length) {
    const longer = new Uint8Array(reached.marks.length * 2);
    longer.set(reached.marks);
    reached.marks = longer;
  }
  return number;
}

/** Makes a text with places; gives both. Places that were thought of and are not in the text do not count. */
export function makeText(make: () => string): { readonly text: string; readonly sites: readonly number[] } {
  const first = sites.length;
  const text = make();
  const own = [...new Set([...text.matchAll(/\byield (\d+)/g)].map(([, number]) => Number(number)))].filter(
    (number) => number >= first && number < sites.length,
  );
  for (const number of own) neighbours[number] = own;
  return { text, sites: own };
}

/** The places of some texts and of all that were come to since the marks were last cleared: how many, and which of them nobody came to. */
export function coverage(known: readonly number[]): { readonly total: number; readonly missed: readonly number[] } {
  const all = new Set(known);
  for (let number = 0; number < sites.length; number += 1)
    if (reached.marks[number] === 1) for (const near of neighbours[number] ?? []) all.add(near);
  return { total: all.size, missed: [...all].filter((number) => reached.marks[number] === 0).sort((a, b) => a - b) };
}

/** The place of a number that a twin has yielded. */
export function siteAt(number: number): Site | undefined {
  return sites[number];
}

/** A few characters of what a place is, the same for the same words: FNV-1a. */
export function fingerprint(words: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < words.length; at += 1) hash = Math.imul(hash ^ words.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36).padStart(4, '0').slice(-4);
}
