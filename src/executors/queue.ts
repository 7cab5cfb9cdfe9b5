/**
 * The items that wait for a worker: the higher priority first, within one priority the older first. Items can be called off where they
 * stand; their empty place goes when its turn comes.
 */
import { Fifo } from './fifo.js';
import type { Holder, WorkItem } from './work-item.js';

export class Queue implements Holder {
  /** By priority, the highest first. Nearly always there is one. */
  #lines: { readonly priority: number; readonly items: Fifo<WorkItem> }[] = [];
  #size = 0;
  /** Whether anybody was ever more urgent than others. */
  #isMixed = false;
  readonly #onRevoked: () => void;

  /** `onRevoked`: an item was called off while it waited here. */
  constructor(onRevoked: () => void = () => {}) {
    this.#onRevoked = onRevoked;
  }

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** The highest priority that may wait; -Infinity if nobody does. */
  get priority(): number {
    return this.#size === 0 ? Number.NEGATIVE_INFINITY : this.#lines[0]!.priority;
  }

  get isMixed(): boolean {
    return this.#isMixed;
  }

  push(item: WorkItem): void {
    item.holder = this;
    this.#lineFor(item.priority).push(item);
    this.#size += 1;
  }

  /** Items that were next, before a worker was offered them, are next again. */
  putBack(items: readonly WorkItem[]): void {
    for (const item of [...items].reverse()) {
      item.holder = this;
      item.seq = -1;
      this.#lineFor(item.priority).unshift(item);
      this.#size += 1;
    }
  }

  /** The next one, without taking it out. */
  peek(): WorkItem | undefined {
    while (this.#lines.length > 0) {
      const { items } = this.#lines[0]!;
      for (let item = items.peek(); item !== undefined; item = items.peek()) {
        if (item.holder === this) return item;
        items.shift();
      }
      if (this.#lines.length === 1) return undefined;
      this.#lines.shift();
    }
    return undefined;
  }

  shift(): WorkItem | undefined {
    const item = this.peek();
    if (item === undefined) return undefined;
    this.#lines[0]!.items.shift();
    item.holder = undefined;
    this.#size -= 1;
    return item;
  }

  hasBegun(): boolean {
    return false;
  }

  revoke(item: WorkItem): boolean {
    item.holder = undefined;
    item.args = [];
    this.#size -= 1;
    this.#onRevoked();
    return true;
  }

  #lineFor(priority: number): Fifo<WorkItem> {
    const lines = this.#lines;
    if (lines[0]?.priority === priority) return lines[0].items;
    let index = lines.findIndex((line) => line.priority <= priority);
    if (index < 0) index = lines.length;
    if (priority !== 0) this.#isMixed = true;
    if (lines[index]?.priority !== priority) lines.splice(index, 0, { priority, items: new Fifo() });
    return lines[index]!.items;
  }
}
