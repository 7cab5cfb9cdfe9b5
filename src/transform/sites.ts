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

/** A new place's number. */
export function addSite(site: Site): number {
  return sites.push(site) - 1;
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
