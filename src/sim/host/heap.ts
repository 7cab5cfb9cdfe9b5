/**
 * A binary heap: what is due first comes out first, and of what is due at the same time, the lower rank.
 */

/** Something that is due. */
export interface Due {
  readonly due: number;
  readonly rank: number;
}

function isBefore(a: Due, b: Due): boolean {
  return a.due < b.due || (a.due === b.due && a.rank < b.rank);
}

/** A queue by time. */
export class Heap<T extends Due> {
  readonly #items: T[] = [];

  /** What comes out next. */
  get first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent]!;
      if (!isBefore(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  /** Takes out what is due first. */
  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.#put(last);
    return first;
  }

  /** What was due first is due later now. */
  sink(): void {
    this.#put(this.#items[0]!);
  }

  /** Puts it where the first one was, and down from there. */
  #put(item: T): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && isBefore(items[child + 1]!, items[child]!)) child += 1;
      if (!isBefore(items[child]!, item)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  }
}
