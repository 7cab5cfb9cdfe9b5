/**
 * The language in which the parts of a law are written: an actor's program is a generator that yields commands, and each driver carries
 * them out its own way: blocking, awaiting, or in a simulator. `makeOps` travels to worker threads as text, and so does
 * each program: they use nothing but their arguments.
 */
import type { GilStats } from 'gil';

export type Words = Int32Array<SharedArrayBuffer>;

/** What an actor is told to do. Everything else that it does is its own JavaScript. */
export type Command =
  | { readonly do: 'take'; readonly timeout: number | undefined }
  | { readonly do: 'takeSync' }
  | { readonly do: 'tryTake' }
  | { readonly do: 'release' }
  | { readonly do: 'releaseAgain' }
  | { readonly do: 'look'; readonly times: number }
  | { readonly do: 'io'; readonly body: () => Action<unknown> }
  | { readonly do: 'gate'; readonly index: number };

/** Part of a program. */
export type Action<Result> = Generator<Command, Result, unknown>;

/** What an actor does; its text must stand alone. */
export type Program<Input, Result> = (ops: Ops<Input>) => Action<Result>;

/** Gates by name: an actor or the test opens one, an actor passes it. */
export type Gate = 'arrived' | 'holding' | 'go' | 'inside' | 'stop' | 'done';

export interface Ops<Input> {
  readonly input: Input;
  /** 1 for the first actor of a stage, 2 for the second, … */
  readonly number: number;
  /** Words that all actors of a stage share, for the data that a law speaks of. */
  readonly cells: Words;
  /** Takes the lock; `false` if `timeout` milliseconds passed first. */
  take(options?: { readonly timeout?: number }): Action<boolean>;
  /** Takes the lock by the method that blocks a thread, whatever the driver. */
  takeSync(): Action<void>;
  /** Takes the lock only if it is free. */
  tryTake(): Action<boolean>;
  release(): Action<void>;
  /** Calls the very first releaser once more. */
  releaseAgain(): Action<void>;
  /** Looks whether to let go, so many times in a row. */
  look(times?: number): Action<void>;
  /** Lets go while `body` runs. */
  io<Result>(body: () => Action<Result>): Action<Result>;
  /** Waits until the gate is open. */
  gate(gate: Gate): Action<void>;
  /** No command at all: for a body that only looks around. */
  nothing(): Action<void>;
  /** Runs an action that should fail; gives the error's code, or `none`. */
  refusal(action: Action<unknown>): Action<string>;
  isOpen(gate: Gate): boolean;
  open(gate: Gate): void;
  /** Adds to the log that all actors share. */
  log(entry: number): void;
  /** How long the log is. */
  logged(): number;
  /** The lock's account of itself. */
  stats(): GilStats;
  /** Whether this actor holds the lock. */
  holds(): boolean;
  /** Milliseconds, on one clock for all threads. */
  now(): number;
}

/** What an actor's surroundings give. */
export interface Setting<Input> {
  readonly words: Words;
  readonly number: number;
  readonly input: Input;
  readonly stats: () => GilStats;
  readonly holds: () => boolean;
}

/** How many words `makeOps` shares out: gates, cells, the log. */
export const SHARED_WORDS = 8192;

/** The operations of one actor. Sent to threads as text: nothing from outside may be used in here. */
export function makeOps<Input>({ words, number, input, stats, holds }: Setting<Input>): Ops<Input> {
  const GATES = ['arrived', 'holding', 'go', 'inside', 'stop', 'done'];
  const LENGTH = 15;
  const CELLS = 16;
  const LOG = 80;
  const indexOf = (gate: Gate): number => GATES.indexOf(gate);
  const ask = function* <Result>(command: Command): Action<Result> {
    return (yield command) as Result;
  };
  return {
    input,
    number,
    cells: words.subarray(CELLS, LOG),
    stats,
    holds,
    take: (options) => ask({ do: 'take', timeout: options?.timeout }),
    takeSync: () => ask({ do: 'takeSync' }),
    tryTake: () => ask({ do: 'tryTake' }),
    release: () => ask({ do: 'release' }),
    releaseAgain: () => ask({ do: 'releaseAgain' }),
    look: (times = 1) => ask({ do: 'look', times }),
    io: (body) => ask({ do: 'io', body }),
    gate: (gate) => ask({ do: 'gate', index: indexOf(gate) }),
    *nothing() {},
    *refusal(action) {
      try {
        yield* action;
        return 'none';
      } catch (error) {
        return String((error as { code?: unknown }).code);
      }
    },
    isOpen: (gate) => Atomics.load(words, indexOf(gate)) !== 0,
    open(gate) {
      Atomics.add(words, indexOf(gate), 1);
      Atomics.notify(words, indexOf(gate));
    },
    log(entry) {
      const at = LOG + Atomics.add(words, LENGTH, 1);
      if (at >= words.length) throw new Error('the log is full');
      Atomics.store(words, at, entry);
    },
    logged: () => Atomics.load(words, LENGTH),
    now: () => Number(process.hrtime.bigint()) / 1e6,
  };
}

/** The shared log, as it is now. */
export function readLog(words: Words): number[] {
  return Array.from(words.subarray(80, 80 + Atomics.load(words, 15)));
}

/** How often a gate was opened. */
export function openings(words: Words, gate: Gate): number {
  return Atomics.load(words, ['arrived', 'holding', 'go', 'inside', 'stop', 'done'].indexOf(gate));
}
