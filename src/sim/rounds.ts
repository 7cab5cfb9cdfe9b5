/**
 * Everybody who can go on moves once, in turns, and then again: whether that is a circle. What threads share is compared after each round; if it
 * is as it was one round before, or some rounds, and so on for long, nobody gets anywhere. A fair schedule: it keeps nobody from going on.
 */
import { Picture } from './picture.js';

/** A circle of more rounds is not looked for. */
const LONGEST = 16;

/** What goes round. */
export interface Circle {
  /** The move that it begins with, from 0; those before it lead there. */
  readonly from: number;
  /** How many moves it takes. */
  readonly moves: number;
  /** How often it was gone round. */
  readonly seen: number;
}

export class Rounds {
  /** After so many rounds things are as they were; 0: they never are. */
  period = 0;
  /** For how many rounds that has been so. */
  stable = 0;
  readonly #kept: Picture[] = [];
  #count = 0;

  /** After a round: how things stand. */
  add(state: unknown): void {
    const slot = this.#count % (LONGEST + 1);
    this.#kept[slot] ??= new Picture();
    const now = this.#kept[slot]!.take(state);
    this.#count += 1;
    if (this.period > 0 && this.#before(this.period)?.equals(now) === true) {
      this.stable += 1;
      return;
    }
    this.stable = 0;
    this.period = 0;
    for (let back = 1; back <= LONGEST && this.period === 0; back += 1) if (this.#before(back)?.equals(now) === true) this.period = back;
  }

  #before(rounds: number): Picture | undefined {
    const at = this.#count - 1 - rounds;
    return at < 0 ? undefined : this.#kept[at % (LONGEST + 1)];
  }
}
