/**
 * One virtual thread, as the virtual host sees it: where it stands, what it has used, and its side of the lock.
 */
import type { Contender } from '../../lock/contender.js';
import { BREAKER } from '../../lock/layout.js';
import type { Step } from '../../steps/step.js';
import type { SwitchPoint } from '../switch-point.js';
import type { Attention, Call, Pause, Poll, Wish, Work } from './demand.js';
import { type Nap, NOT_AT_THE_LOCK } from './naps.js';
import type { Line } from './sleepers.js';

/** What the generator of a virtual thread may yield under `simulate`. */
export type Demand = SwitchPoint | Wish;

/** What a part of a program is to `yield*`: it gives a `T`. */
export type VirtualText<T> = Generator<Demand, T, number>;

/** What the host itself serves. */
export type Request = Step | Work | Pause | Poll | Call;

/** A text of the host's own. */
export type HostText<T> = Generator<Request, T, number>;

/** Whether it goes on at a known time, works, waits for a word to change, or is over. */
export type TaskState = 'due' | 'working' | 'asleep' | 'over';

export class Task {
  readonly name: string;
  /** Its identity at the lock, and its number as an owner of primitives: from 1. */
  readonly ident: number;
  readonly contender: Contender;
  /** Whether it lives under the lock. */
  readonly lives: 'under the lock' | 'free';
  /** Its life, and above it the protocol that it is in. */
  readonly frames: Generator<Request, unknown, number>[] = [];
  state: TaskState = 'due';
  /** Changes whenever its next move is arranged anew: what was arranged before counts no more. */
  turn = 0;
  /** Whether its work can be interrupted. */
  attention: Attention = 'blind';
  /** The list it is in while it sleeps, and whether its time there is limited in a way that a deadlock would not outlast. */
  line: Line<Task> | undefined;
  seat = 0;
  isLimited = false;
  /** What the host knows of its sleep at the lock. */
  readonly nap: Nap = { hold: NOT_AT_THE_LOCK, text: 'knows' };
  /** What it polls for. */
  ready: (() => boolean) | undefined;
  /** What it waits for, in words, for a message about a deadlock. */
  waitsFor: (() => string) | undefined;
  /** Nanoseconds of work done. */
  worked = 0;
  /** When it began to run and when it ended, in nanoseconds. */
  began = Number.NaN;
  ended = Number.NaN;
  /** How long a unit of work between two looks is, and how much has been done since the last one, in nanoseconds. */
  readonly #gap: number;
  #sinceLook = 0;

  constructor(name: string, contender: Contender, lives: 'under the lock' | 'free', gap: number) {
    this.name = name;
    this.ident = contender.ident;
    this.contender = contender;
    this.lives = lives;
    this.#gap = gap;
  }

  /** How much work it takes to get to the first look that could make it let go, as things are. */
  get untilLook(): number {
    const { words, place, dialect, ticks } = this.contender;
    if (dialect.request.by === 'ticks') return (ticks + 1) * this.#gap - this.#sinceLook;
    return words[place + BREAKER] === 0 ? Number.POSITIVE_INFINITY : this.#gap - this.#sinceLook;
  }

  /** How much of a job that has come so far is done at the next look; that look may be now. */
  nextLook(progress: number): number {
    return Math.ceil((this.#sinceLook + progress) / this.#gap) * this.#gap - this.#sinceLook;
  }

  /** Takes note of work done; gives how many looks it went by. */
  advance(amount: number): number {
    const sum = this.#sinceLook + amount;
    this.#sinceLook = sum % this.#gap;
    return Math.floor(sum / this.#gap);
  }

  /** It has just looked. */
  hasLooked(): void {
    this.#sinceLook = 0;
  }
}
