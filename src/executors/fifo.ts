/**
 * A first-in-first-out queue that hardly moves its elements: `Array.shift` does at each step, and is slow beyond some ten thousand of
 * them. It is as long as what it holds, however much has gone through.
 */

/** Below so many left places it is not worth to close up. */
const FEW = 1024;

export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** In front of all others. */
  unshift(item: T): void {
    if (this.#head === 0) {
      // Room for as many as there are, so that the next ones cost nothing.
      const room = Math.max(this.#items.length, 16);
      this.#items = [...new Array<undefined>(room).fill(undefined), ...this.#items];
      this.#head = room;
    }
    this.#head -= 1;
    this.#items[this.#head] = item;
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    // Let go of it now: what is kept here is kept alive.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= FEW && this.#head * 2 >= this.#items.length) {
      // Each element is moved once at most for each that has left.
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
