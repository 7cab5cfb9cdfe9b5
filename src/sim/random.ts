/**
 * Random numbers of our own: the same for the same seed, on every machine, so that whatever was found by chance is found again.
 */

/** Small, fast, and good enough for choices between threads (sfc32, of the PractRand suite). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = 0x9e3779b9 | 0;
    // Seeds that are alike would begin alike.
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** A whole number from 0 up to 2³². */
  next(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** A number from 0 up to, but not including, `limit`. */
  upTo(limit: number): number {
    return (this.next() / 2 ** 32) * limit;
  }

  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.upTo(limit));
  }
}
