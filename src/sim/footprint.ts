/**
 * What a move did to what the threads share, as far as it matters for other moves: the places that it read and wrote. Two moves whose
 * footprints do not conflict can change places, and nobody could tell.
 */

/** Numbers for places, the same in every schedule of a search. Place 0 is what cannot be watched. */
export class Places {
  readonly #keys = new Map<unknown, Map<unknown, number>>();
  #last = UNWATCHED;

  /** The place `key` of an object with this name. */
  at(name: unknown, key: unknown): number {
    let keys = this.#keys.get(name);
    if (keys === undefined) {
      keys = new Map();
      this.#keys.set(name, keys);
    }
    let place = keys.get(key);
    if (place === undefined) {
      this.#last += 1;
      place = this.#last;
      keys.set(key, place);
    }
    return place;
  }
}

/** The place that stands for all objects that cannot be watched, but refer to nothing else that threads share. */
export const UNWATCHED = 0;

/** The key that stands for which keys an object has. */
export const KEYS = Symbol('keys');
/** The key that stands for all of an object. */
export const ALL = Symbol('all');
/** In place of an older value, where there is none that could be shown. */
export const NO_PAST = Symbol('no past');

export interface Footprint {
  /** Whether it is known which places; if not, the move may have done anything. */
  readonly scope: 'places' | 'anything';
  /** Ascending: twice the place, and 1 more if it was written. */
  readonly touched: Int32Array;
}

export const UNTOUCHED: Footprint = { scope: 'places', touched: new Int32Array(0) };

/** Whether the order of two moves may matter. */
export function isConflict(one: Footprint, other: Footprint): boolean {
  if (one.scope === 'anything' || other.scope === 'anything') return true;
  const [a, b] = [one.touched, other.touched];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = (a[i]! >> 1) - (b[j]! >> 1);
    if (difference === 0) {
      if (((a[i]! | b[j]!) & 1) === 1) return true;
      i += 1;
      j += 1;
    } else if (difference < 0) i += 1;
    else j += 1;
  }
  return false;
}

/** Whether `writer` wrote a place that `reader` touched. */
export function isWriteTo(writer: Footprint, reader: Footprint): boolean {
  if (writer.scope === 'anything' || reader.scope === 'anything') return true;
  const [a, b] = [writer.touched, reader.touched];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = (a[i]! >> 1) - (b[j]! >> 1);
    if (difference === 0) {
      if ((a[i]! & 1) === 1) return true;
      i += 1;
      j += 1;
    } else if (difference < 0) i += 1;
    else j += 1;
  }
  return false;
}

/** What several moves did, as if they were one. */
export function union(...footprints: readonly Footprint[]): Footprint {
  const collector = new Collector();
  for (const footprint of footprints) {
    if (footprint.scope === 'anything') collector.anything();
    for (const entry of footprint.touched) collector.touch(entry >> 1, (entry & 1) === 1 ? 'write' : 'read');
  }
  return collector.take();
}

/** Collects a footprint. */
export class Collector {
  readonly #touched = new Map<number, 0 | 1>();
  #scope: Footprint['scope'] = 'places';

  get isEmpty(): boolean {
    return this.#touched.size === 0 && this.#scope === 'places';
  }

  touch(place: number, kind: 'read' | 'write'): void {
    if (kind === 'write') this.#touched.set(place, 1);
    else if (!this.#touched.has(place)) this.#touched.set(place, 0);
  }

  anything(): void {
    this.#scope = 'anything';
  }

  /** Gives the footprint, and begins anew. */
  take(): Footprint {
    if (this.isEmpty) return UNTOUCHED;
    const touched = new Int32Array(this.#touched.size);
    let at = 0;
    for (const [place, isWrite] of this.#touched) {
      touched[at] = place * 2 + isWrite;
      at += 1;
    }
    touched.sort();
    const footprint: Footprint = { scope: this.#scope, touched };
    this.#touched.clear();
    this.#scope = 'places';
    return footprint;
  }
}
