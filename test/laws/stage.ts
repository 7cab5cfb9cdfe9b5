/**
 * Where a law is shown: one lock, any number of actors, and what a test may see and do meanwhile. How actors are cast, as threads
 * that block or as tasks of an event loop, is a factory's business; laws do not know.
 */
import { type DialectName, GlobalLock } from 'gil';
import { isAsked } from './contender.js';
import { type Gate, makeOps, type Ops, openings, type Program, readLog, SHARED_WORDS, type Words } from './ops.js';

export interface StageOptions {
  readonly dialect?: DialectName;
  /** Milliseconds. An hour stands for never. */
  readonly switchInterval?: number;
}

/** So long that nobody is ever asked. */
export const NEVER = 1_000_000;

/** One that contends for the lock: a thread of its own to it. */
export interface Actor<Result> {
  /** Its identity at the lock, once it has one. */
  readonly ident: Promise<number>;
  /** What its program returned. */
  readonly answer: Promise<Result>;
  /** It leaves the stage: done, or wherever it is, as by the death of its thread. */
  end(): Promise<void>;
}

/** A part to be cast. */
export interface Part {
  readonly stage: Stage;
  readonly number: number;
  readonly input: unknown;
  readonly program: Program<never, unknown>;
  /** Nobody else will contend: it may use all of the lock's face. */
  readonly alone: boolean;
}

/** A driver. */
export interface Factory {
  readonly name: string;
  readonly cast: (part: Part) => Actor<unknown>;
}

export class Stage {
  /** To be observed; actors reach it their own way. */
  readonly lock: GlobalLock;
  readonly words: Words = new Int32Array(new SharedArrayBuffer(SHARED_WORDS * 4));
  readonly #factory: Factory;
  readonly #actors: Actor<unknown>[] = [];
  readonly #ops: Ops<undefined>;
  #closed = false;

  constructor(factory: Factory, options: StageOptions) {
    this.#factory = factory;
    this.lock = new GlobalLock(options);
    this.#ops = makeOps({ words: this.words, number: 0, input: undefined, stats: () => this.lock.stats(), holds: () => false });
  }

  /** Starts an actor that contends with others. */
  start<Result>(program: Program<undefined, Result>): Actor<Result>;
  start<Input, Result>(program: Program<Input, Result>, input: Input): Actor<Result>;
  start(program: Program<never, unknown>, input?: unknown): Actor<never> {
    return this.#cast(program, input, false);
  }

  /** Runs an actor that has the lock for itself, to its end. */
  async solo<Result>(program: Program<undefined, Result>): Promise<Result> {
    return this.#cast<Result>(program, undefined, true).answer;
  }

  #cast<Result>(program: Program<never, unknown>, input: unknown, alone: boolean): Actor<Result> {
    const actor = this.#factory.cast({ stage: this, number: this.#actors.length + 1, input, program, alone });
    this.#actors.push(actor);
    return actor as Actor<Result>;
  }

  open(gate: Gate): void {
    this.#ops.open(gate);
  }

  /** Waits until a gate was opened so many times. */
  async opened(gate: Gate, times = 1): Promise<void> {
    await this.until(() => openings(this.words, gate) >= times);
  }

  /** Waits, without blocking, for something to become true; fails as soon as an actor fails. */
  async until(condition: () => boolean): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    for (const { answer } of this.#actors) {
      answer.catch((error: unknown) => {
        failure = { error };
      });
    }
    while (!condition()) {
      if (failure !== undefined) throw failure.error;
      if (this.#closed) throw new Error('the stage was closed');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Waits until waiters have asked so many times, and the holder can know of it. */
  async asked(times = 1): Promise<void> {
    await this.until(() => {
      const holder = this.lock.holder();
      return this.lock.stats().requests >= times && holder !== null && isAsked(this.lock, holder.ident);
    });
  }

  /** Waits until actors have begun to wait for the lock so many times, and have written all that they write about it. */
  async waiting(times: number): Promise<void> {
    await this.until(() => this.lock.stats().waits >= times);
  }

  /** What the actors wrote so far. */
  log(): number[] {
    return readLog(this.words);
  }

  get cells(): Words {
    return this.#ops.cells;
  }

  /** Everybody leaves. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#actors.map((actor) => actor.end()));
  }
}
