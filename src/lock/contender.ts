/**
 * One thread at one lock: what of it is not in the shared words, but its own.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { Words } from '../steps/step.js';
import { NOBODY, placeOf } from './layout.js';
import type { Recorder } from './recorder.js';

/** Makes sure that the thread of an identity is alive; has it buried if not. */
export type Suspicion = (ident: number, when: 'at-first' | 'in-vain') => void;

/** Sees to it that the holder hears of a request. */
export type Delivery = (holder: number) => void;

export interface Contender {
  readonly words: Words;
  /** The same memory as 64-bit floats, for times. */
  readonly times: Float64Array;
  /** Its identity at this lock, from 1. */
  readonly ident: number;
  /** Its place in the words. */
  readonly place: number;
  readonly dialect: Dialect;
  /** Writes down what happens, if anybody wants to know. */
  readonly recorder: Recorder | undefined;
  /** Is the thread alive that a waiter waits for? Called before it sleeps, and when it has slept in vain for a while. */
  readonly suspect: Suspicion;
  /** A request has been left in a holder's breaker: how does it learn of it that never looks? */
  readonly deliver: Delivery;
  /** The stamp of a request that a task of this thread's own event loop made: honoured at the next `checkpointAsync`. */
  ownRequest: number;
  /**
   * What keeps it from just taking a free lock. `debt`: it let go on request without waiting for the switch, and owes that wait first.
   * `no-lock`: there is none to take. `left`: it has disposed of its place.
   */
  hindrance: 'none' | 'debt' | 'no-lock' | 'left';
  /** Whose death the last take found out about, or `NOBODY`. */
  inherited: number;
  /** The number of its ticket, where there is a line and it stands in it; 0 if not. The shared word is cleared when it is called; this is not. */
  lined: number;
  /** The number of a ticket that was called for a task of this thread, which has yet to learn that a blocking call took the lock in its stead. */
  takenOver: number;
  /** How many operations are left until it lets go unasked, in a dialect of ticks. */
  ticks: number;
}

/** Thread `ident`, as it is when it comes to the lock. */
export function createContender(
  words: Words,
  ident: number,
  dialect: Dialect,
  {
    recorder,
    suspect = () => {},
    deliver = () => {},
  }: { readonly recorder?: Recorder | undefined; readonly suspect?: Suspicion; readonly deliver?: Delivery } = {},
): Contender {
  return {
    words,
    times: new Float64Array(words.buffer),
    ident,
    place: placeOf(ident),
    dialect,
    recorder,
    suspect,
    deliver,
    ownRequest: 0,
    hindrance: dialect.lock === 'none' ? 'no-lock' : 'none',
    inherited: NOBODY,
    lined: 0,
    takenOver: 0,
    ticks: dialect.request.by === 'ticks' ? dialect.request.ticks : 0,
  };
}
