/**
 * The schedule of a text. By labels, a block ends where its place says, however many moves that takes now; by counts, after as many moves as it
 * took then. What does not work out is remembered in words, and the rest is done as well as it can be.
 */
import { labelOf, Standings } from '../labels.js';
import { type Block, EVERYBODY } from '../schedule-text.js';
import { type Moment, NOTHING, type Strategy } from '../strategy.js';
import { nextInTurn, RUNNING_FIRST } from './tree.js';

export class FromText implements Strategy {
  readonly name = 'replay';
  readonly asked = 'at-every-move';
  readonly proof = NOTHING;
  /** Where the schedule could not be followed, in words. */
  divergence: string | undefined;
  readonly #blocks: readonly Block[];
  readonly #names: readonly string[];
  readonly #by: 'labels' | 'counts';
  #standings: Standings;
  #at = 0;
  #made = 0;
  #stage: 'new' | 'over' = 'new';

  constructor(blocks: readonly Block[], names: readonly string[], by: 'labels' | 'counts') {
    this.#blocks = blocks;
    this.#names = names;
    this.#by = by;
    this.#standings = new Standings(names.length);
  }

  begin(): boolean {
    const isNew = this.#stage === 'new';
    this.#stage = 'over';
    return isNew;
  }

  choose(moment: Moment): number {
    this.#look(moment);
    for (let block = this.#blocks[this.#at]; block !== undefined; block = this.#blocks[this.#at]) {
      if (block.thread === EVERYBODY) return nextInTurn(moment);
      for (let at = 0; at < moment.count; at += 1) {
        if (moment.enabled[at] !== block.thread) continue;
        this.#made += 1;
        return block.thread;
      }
      if (Number.isFinite(block.moves)) this.#diverge(block);
      this.#next();
    }
    return RUNNING_FIRST.at(moment, 0);
  }

  end(): 'new' {
    return 'new';
  }

  /** Whether the block is at its end, now that its thread has moved. */
  #look({ current, pending }: Moment): void {
    if (current < 0) return;
    const label = labelOf(pending[current]);
    const hits = label === undefined ? 0 : this.#standings.arrive(current, label);
    const block = this.#blocks[this.#at];
    if (block === undefined || block.thread !== current || this.#made === 0) return;
    const { stop } = block;
    const isAtEnd = stop === undefined || this.#by === 'counts' ? this.#made === block.moves : label === stop.label && hits === stop.hits;
    if (isAtEnd) this.#next();
  }

  #next(): void {
    this.#at += 1;
    this.#made = 0;
  }

  #diverge({ thread, moves, stop }: Block): void {
    const name = this.#names[thread];
    const where = stop === undefined ? `after ${moves} moves` : `at ${stop.label} for the ${ordinal(stop.hits)} time, after ${moves} moves`;
    this.divergence ??= `block ${this.#at + 1}: expected ${name} to be interrupted ${where}; it could not go on after ${this.#made}`;
  }
}

function ordinal(n: number): string {
  const end = n % 10 === 1 && n % 100 !== 11 ? 'st' : n % 10 === 2 && n % 100 !== 12 ? 'nd' : n % 10 === 3 && n % 100 !== 13 ? 'rd' : 'th';
  return `${n}${end}`;
}
