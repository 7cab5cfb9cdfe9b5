/**
 * Finds circles of states that nobody can leave: from there no schedule comes to an end, whoever goes on. By Tarjan's strongly connected components,
 * in the same pass as the search. A circle that can be left is none: the thread that goes round in it only waits for another.
 */

const DONE = 0;
const ON_WAY = 1;
/** All its moves are made, but whether its circle can be left is not known yet. */
const OPEN = 2;

export class Circles {
  /** Moves that led back to a state on the way to them. */
  count = 0;
  /** Of each state, the first one on the way that can be reached from it. States are numbered as they are found. */
  #low = new Int32Array(256);
  #standing = new Uint8Array(256);
  /** Whether an end can be reached from it. */
  #ends = new Uint8Array(256);
  readonly #open: number[] = [];

  /** A new state: one from which nobody can move is an end. */
  enter(state: number, moves: 'none' | 'some'): void {
    if (state === this.#low.length) {
      this.#low = longer(this.#low, new Int32Array(state * 2));
      this.#standing = longer(this.#standing, new Uint8Array(state * 2));
      this.#ends = longer(this.#ends, new Uint8Array(state * 2));
    }
    this.#low[state] = state;
    this.#standing[state] = ON_WAY;
    this.#ends[state] = moves === 'none' ? 1 : 0;
    this.#open.push(state);
  }

  /** A move leads to a state that was there before. */
  meet(from: number, to: number): void {
    const standing = this.#standing[to];
    if (standing === ON_WAY) this.count += 1;
    if (standing === DONE) this.#ends[from]! |= this.#ends[to]!;
    else this.#low[from] = Math.min(this.#low[from]!, to);
  }

  /** All moves of a state have been made; `parent` is the one before it on the way, or -1. */
  leave(state: number, parent: number): 'endless' | 'fine' {
    this.#standing[state] = OPEN;
    const low = this.#low[state]!;
    if (low < state) {
      this.#low[parent] = Math.min(this.#low[parent]!, low);
      return 'fine';
    }
    const first = this.#open.lastIndexOf(state);
    let ends = 0;
    for (let at = first; at < this.#open.length; at += 1) ends |= this.#ends[this.#open[at]!]!;
    for (let at = first; at < this.#open.length; at += 1) {
      this.#standing[this.#open[at]!] = DONE;
      this.#ends[this.#open[at]!] = ends;
    }
    this.#open.length = first;
    if (parent >= 0) this.#ends[parent]! |= ends;
    return ends === 0 ? 'endless' : 'fine';
  }
}

function longer<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
