/**
 * The states that were visited, word by word: a hash only says where to look, so that no two are ever taken for one. All of them in one array:
 * a million strings would be slower to keep than to make.
 */

export class Visited {
  #words = new Uint16Array(1 << 12);
  #used = 0;
  /** Where each begins, by its number; the next one's begin is its end. */
  #begins = new Float64Array(1 << 8);
  #hashes = new Int32Array(1 << 8);
  /** The numbers, from 1, at the places that their hashes say. */
  #table = new Int32Array(1 << 9);
  size = 0;

  /** The number of a state, which is {@link size} before it if it is new. */
  add(words: Uint16Array, length: number): number {
    let hash = length;
    for (let at = 0; at < length; at += 1) hash = Math.imul(hash ^ words[at]!, 0x01000193);
    // The low bits decide, and they depend on the low bits of the words alone.
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    hash ^= hash >>> 13;
    const mask = this.#table.length - 1;
    let place = hash & mask;
    for (;;) {
      const number = this.#table[place]! - 1;
      if (number < 0) break;
      if (this.#hashes[number] === hash && this.#is(number, words, length)) return number;
      place = (place + 1) & mask;
    }
    return this.#insert(words, length, hash, place);
  }

  #is(number: number, words: Uint16Array, length: number): boolean {
    const begin = this.#begins[number]!;
    if (this.#begins[number + 1]! - begin !== length) return false;
    const all = this.#words;
    for (let at = 0; at < length; at += 1) if (all[begin + at] !== words[at]) return false;
    return true;
  }

  #insert(words: Uint16Array, length: number, hash: number, place: number): number {
    const number = this.size;
    while (this.#used + length > this.#words.length) this.#words = longer(this.#words, new Uint16Array(this.#words.length * 2));
    const all = this.#words;
    for (let at = 0; at < length; at += 1) all[this.#used + at] = words[at]!;
    this.#used += length;
    this.size += 1;
    if (this.size === this.#hashes.length) {
      this.#hashes = longer(this.#hashes, new Int32Array(this.size * 2));
      this.#begins = longer(this.#begins, new Float64Array(this.size * 2));
    }
    this.#hashes[number] = hash;
    this.#begins[this.size] = this.#used;
    this.#table[place] = number + 1;
    if (this.size * 2 > this.#table.length) this.#spread();
    return number;
  }

  /** Half of the table stays empty, so that a place is found soon. */
  #spread(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let number = 0; number < this.size; number += 1) {
      let place = this.#hashes[number]! & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = number + 1;
    }
    this.#table = table;
  }
}

function longer<T extends Uint16Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
