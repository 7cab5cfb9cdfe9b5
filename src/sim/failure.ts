/**
 * A schedule that went wrong, as it is told to people: what happened, in what order, how it was found, what is proved about simpler ones, and how to
 * see it again.
 */
import type { Cause } from './cause.js';
import { oneLine } from './labels.js';
import type { FailureKind } from './program.js';
import type { ToldCircle } from './story-circle.js';

/** A move, as a line of the timeline. */
export interface TimelineStep {
  /** From 1. */
  readonly step: number;
  /** Who moved. */
  readonly thread: string;
  /** What it did, in a few words. */
  readonly what: string;
  /** Whether the processor was taken from the thread that had run before, though it could have gone on. */
  readonly switched: 'preempted' | 'by-itself' | 'no';
}

/** How a failure was found, and made small. */
export interface Finding {
  /** The search, as `preemptions ≤ 1`. */
  readonly strategy: string;
  /** Which of the schedules it was, from 1. */
  readonly schedule: number;
  /** How many preemptions it had as it was found. */
  readonly preemptionsBefore: number;
  /** How many schedules it took to make it small. */
  readonly replays: number;
  /** Schedules with fewer preemptions, all of which were run and did not fail in this way; `undefined` if they were not all run. */
  readonly proved: ProvedBelow | undefined;
}

/** Simpler schedules that do not fail. */
export interface ProvedBelow {
  /** All schedules with up to so many preemptions were run. */
  readonly preemptions: number;
  /** So many there are. */
  readonly schedules: number;
}

/** Who waits for what, where threads wait for ever. */
export interface WaitingThread {
  /** Its name. */
  readonly thread: string;
  /** What it holds that others of them wait for. */
  readonly holds: readonly string[];
  /** What it waits for. */
  readonly waitsFor: string;
  /** Who holds it, where somebody does. */
  readonly heldBy: string | undefined;
}

/** What a failure is made of: its fields, and the names of all threads. */
export interface FailureParts extends Omit<Failure, 'headline' | 'toString'> {
  readonly threads: readonly string[];
}

/** A counterexample. */
export class Failure {
  /** `assertion`: `after` did not hold; `invariant`: `always` did not; `error`: a thread threw; `deadlock`: threads wait for ever; `livelock`: they go round in a circle. */
  readonly kind: FailureKind;
  /** What was thrown, by a thread or by a condition; `undefined` if a condition gave `false`, or threads wait for ever. */
  readonly error: unknown;
  /** The thread that threw. */
  readonly thread: string | undefined;
  /** The schedule as a text, for `search: { schedule }` and `replay`. */
  readonly schedule: string;
  /** How often a thread was interrupted that could have gone on. */
  readonly preemptions: number;
  /** Move by move, what happened. */
  readonly timeline: readonly TimelineStep[];
  /** Where threads wait for ever: for what. */
  readonly waiting: readonly WaitingThread[];
  /** Of a `livelock`: what is done time and again. */
  readonly circle: ToldCircle | undefined;
  /** Why it happened, where a known pattern was recognised. */
  readonly cause: Cause | undefined;
  /** How it was found. */
  readonly finding: Finding;
  readonly #threads: readonly string[];

  /** @internal */
  constructor(parts: FailureParts) {
    this.kind = parts.kind;
    this.error = parts.error;
    this.thread = parts.thread;
    this.schedule = parts.schedule;
    this.preemptions = parts.preemptions;
    this.timeline = parts.timeline;
    this.waiting = parts.waiting;
    this.circle = parts.circle;
    this.cause = parts.cause;
    this.finding = parts.finding;
    this.#threads = parts.threads;
  }

  /** The first line: what went wrong. */
  get headline(): string {
    return this.cause === undefined ? this.#headline() : `${this.cause.name} on ${this.cause.subject}: ${this.#headline()}`;
  }

  #headline(): string {
    const who = this.#threads.join(', ');
    switch (this.kind) {
      case 'deadlock':
        return `deadlock: ${list(this.waiting.map(({ thread }) => thread))} ${this.waiting.length === 1 ? 'waits' : 'wait'} for ever`;
      case 'livelock':
        return `livelock: ${list(this.circle?.threads ?? this.#threads)} ${this.circle?.threads.length === 1 ? 'goes' : 'go'} round in a circle`;
      case 'error':
        return `${this.thread} threw ${oneLine(this.error)} (threads ${who})`;
      case 'invariant':
        return `\`always\` does not hold: ${oneLine(this.error)} (threads ${who})`;
      case 'assertion':
        return `\`after\` does not hold: ${oneLine(this.error)} (threads ${who})`;
    }
  }

  /** The whole story, as it is printed. */
  toString(): string {
    return [
      this.headline,
      this.#found(),
      ...this.#waits(),
      ...this.#table(),
      ...(this.cause === undefined ? [] : [this.cause.sentence]),
      ...(this.circle === undefined ? [] : [this.circle.sentence]),
      `replay: ${this.schedule}`,
    ].join('\n');
  }

  #found(): string {
    const { strategy, schedule, preemptionsBefore, replays, proved } = this.finding;
    const shrunk =
      preemptionsBefore > this.preemptions ? `; shrunk from ${count(preemptionsBefore, 'preemption')} in ${count(replays, 'replay')}` : '';
    const proof =
      proved === undefined
        ? ''
        : ` (proved: none of the ${count(proved.schedules, 'schedule')} with ${proved.preemptions === 0 ? 'none' : `up to ${proved.preemptions}`} fails)`;
    return `found: schedule ${schedule} of ${strategy}, ${count(this.preemptions, 'preemption')}${proof}${shrunk}`;
  }

  #waits(): string[] {
    return this.waiting.map(({ thread, holds, waitsFor, heldBy }) => {
      const held = holds.length > 0 ? `holds ${list(holds)}, ` : '';
      return `  ${thread} ${held}waits for ${waitsFor}${heldBy === undefined ? '' : `, which ${heldBy} holds`}`;
    });
  }

  /** One column per thread; moves that say nothing are left out. */
  #table(): string[] {
    const columns = this.#threads.map((name) => {
      const own = this.timeline.filter(({ thread }) => thread === name).map(({ what }) => what.length);
      return Math.max(name.length, ...own) + 3;
    });
    const line = (step: string, cells: readonly string[]): string =>
      `${step.padStart(4)}  ${cells.map((cell, at) => cell.padEnd(columns[at]!)).join('')}`.trimEnd();
    const rows = [line('step', this.#threads)];
    for (const { step, thread, what, switched } of this.timeline) {
      if (switched === 'preempted')
        rows.push(
          line(
            '',
            this.#threads.map((name) => (name === thread ? '──▶' : '')),
          ),
        );
      rows.push(
        line(
          String(step),
          this.#threads.map((name) => (name === thread ? what : '')),
        ),
      );
    }
    if (this.circle !== undefined) {
      const { from, moves, seen } = this.circle;
      rows.push(
        `   ↻  ${moves === 1 ? `step ${from} repeats` : `steps ${from} to ${from + moves - 1} repeat`}, seen ${count(seen, 'time')}`,
      );
    }
    return rows;
  }
}

export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

export function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
