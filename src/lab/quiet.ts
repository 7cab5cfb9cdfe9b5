/**
 * What a disturbed round is, and waiting until there is quiet. Two things disturb: other programs that use the cores, and cores that
 * are not two at the moment. Both are seen without looking at what is being measured.
 */
import { after, now } from '../host/clock.js';
import { hold, letGo } from '../host/keep-alive.js';

/** Others may use less than this much of a core. */
const FOREIGN = 0.15;
/** Two threads must get at least this many cores. */
const BOTH = 1.5;
/** How long to listen for other programs, in ms. */
const LISTEN = 100;
/** How long to wait before looking at the cores again, in ms. */
const REST = 20;

/** Where time and disturbance are read. What is absent is not asked about. */
export interface Instruments {
  /** Milliseconds. */
  now(): number;
  /** Lets so many milliseconds pass. */
  pause(milliseconds: number): Promise<void>;
  /** Core-milliseconds that others have used so far. */
  readonly foreign?: (() => Promise<number>) | undefined;
  /** How many cores two threads get right now. */
  readonly cores?: (() => Promise<number>) | undefined;
}

/** What was seen while something ran. */
export interface Sight {
  readonly elapsed: number;
  /** Cores used by others, on average. */
  readonly foreign: number;
  /** Cores that two threads got at its end. */
  readonly cores: number;
}

/** Time as it is, and nobody who looks out for disturbance. */
export const CLOCK: Instruments = {
  now,
  async pause(milliseconds) {
    // Idle workers and timers of `after` keep no process alive.
    hold();
    await new Promise<void>((resolve) => after(milliseconds, resolve));
    letGo();
  },
};

/** Runs something and looks around meanwhile. */
export async function observe({ now, foreign, cores }: Instruments, run: () => Promise<void>): Promise<Sight> {
  const before = await foreign?.();
  const begin = now();
  await run();
  const elapsed = now() - begin;
  const since = await foreign?.();
  return {
    elapsed,
    foreign: before === undefined || since === undefined ? 0 : Math.max(0, since - before) / elapsed,
    cores: (await cores?.()) ?? 2,
  };
}

export function isQuiet({ foreign, cores }: Pick<Sight, 'foreign' | 'cores'>): boolean {
  return foreign < FOREIGN && cores >= BOTH;
}

/** Waits until others have left the cores alone for a moment and two of them are there; at most until the time `until`. */
export async function untilQuiet(instruments: Instruments, last: Sight | undefined, until: number): Promise<void> {
  const { now, pause, cores } = instruments;
  // Listening takes its time, so only those listen who were disturbed just now.
  let busy = last !== undefined && last.foreign >= FOREIGN;
  while (busy && now() < until) busy = (await observe({ ...instruments, cores: undefined }, () => pause(LISTEN))).foreign >= FOREIGN;
  while (cores !== undefined && now() < until && (await cores()) < BOTH) await pause(REST);
}
