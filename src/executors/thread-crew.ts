/**
 * The workers that the threads of one lock run in. Each thread has one for itself, from its start; one whose thread has ended is kept warm
 * for the next. There is no limit to how many there are at once; idle ones do not keep the process alive, and only some are kept.
 */
import { WorkerDiedError } from '../errors.js';
import { WORKER_ENTRY } from '../host/files.js';
import { startWorker } from '../host/peer.js';
import type { GlobalLock } from '../lock/global-lock.js';
import { expectInterrupts, type PreemptionOptions } from '../lock/preemption.js';
import type { StartData } from '../runtime/messages.js';
import { tellOffspring } from '../runtime/offspring.js';
import { joinStacks } from './origin.js';
import { type Gone, PoolWorker } from './pool-worker.js';
import { Tally } from './tally.js';
import { tellUncaught } from './uncaught.js';
import type { Finished, WorkItem } from './work-item.js';

/** A thread, as its crew knows it. */
export interface Recruit {
  readonly item: WorkItem;
  readonly daemon: boolean;
  /** The words of its life. */
  readonly life: SharedArrayBuffer;
  /** Whether it has ended and left its worker in order. Seen at once, also when nothing has been heard. */
  hasEnded(): boolean;
  /** The worker of this number has it. */
  placed(threadNumber: number): void;
  /** Nothing more comes of it: `failure` is what it did not catch. */
  over(failure: { readonly error: unknown } | undefined): void;
}

let awaited = 0;

/** The process waits for so many more threads that were started here. */
function countAwaited(change: 1 | -1): void {
  awaited += change;
  if (awaited === 0) tellOffspring('none');
  else if (awaited === 1 && change === 1) tellOffspring('some');
}

let created = 0;

/** How many idle workers are kept: each has one of the places at its lock. */
const MOST_IDLE = 64;

export class ThreadCrew {
  readonly #lock: StartData['lock'];
  readonly #number = created++;
  readonly #tally = new Tally();
  /** The one that became idle last is used first. */
  readonly #idle: PoolWorker[] = [];
  /** Who was given to which worker last. */
  readonly #last = new Map<PoolWorker, Recruit>();
  readonly #recruits = new Map<WorkItem, Recruit>();
  #started = 0;

  constructor(lock: GlobalLock, preemption: PreemptionOptions) {
    this.#lock = { ...lock.handle, ...preemption };
    expectInterrupts(preemption.preemption ?? 'checkpoint');
    // From here on its times are taken, as for a pool.
    lock.stats();
  }

  /**
   * Has a worker begin it.
   * @throws CloneError if its arguments cannot be sent, WorkerDiedError if there can be no worker
   */
  start(recruit: Recruit): void {
    const { item, life } = recruit;
    const worker = this.#free() ?? this.#hire(life);
    recruit.placed(worker.number);
    const [refused] = worker.offer([item]);
    if (refused !== undefined) {
      if (worker.inHand === 0) this.#rest(worker);
      throw refused.value;
    }
    this.#last.set(worker, recruit);
    this.#recruits.set(item, recruit);
    if (!recruit.daemon) countAwaited(1);
  }

  /** A worker that has nothing to do: one that is known to, or whose thread has ended though nothing has been heard of that. */
  #free(): PoolWorker | undefined {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle === undefined) break;
      if (idle.room > 0) return idle;
    }
    for (const [worker, recruit] of this.#last) {
      if (!recruit.hasEnded()) continue;
      worker.look();
      if (this.#idle.length > 0) return this.#idle.pop();
      if (worker.room > 0) return worker;
    }
    return undefined;
  }

  #hire(life: SharedArrayBuffer): PoolWorker {
    const name = `Thread-worker-${this.#number}_${this.#started++}`;
    try {
      return new PoolWorker(
        (events, { memory }) => {
          const data: StartData = { kind: 'gil/start', name, lock: this.#lock, window: memory, life, initializer: undefined };
          return startWorker({ entry: WORKER_ENTRY, data, name }, events);
        },
        'yes',
        Number.POSITIVE_INFINITY,
        this.#tally,
        {
          onFinished: (from, finished) => {
            this.#rest(from);
            for (const each of finished) this.#settle(each, from);
          },
          onRoom: (from) => this.#rest(from),
          onReturned: () => {},
          onUnfit: () => {},
          onGone: (from, gone) => this.#onGone(from, gone),
        },
      );
    } catch (cause) {
      throw new WorkerDiedError(`a worker for the thread could not be started`, { exitCode: null, cause });
    }
  }

  #rest(worker: PoolWorker): void {
    if (worker.inHand > 0 || worker.hasOffspring || this.#idle.includes(worker)) return;
    this.#last.delete(worker);
    if (!worker.isUseful) return;
    if (this.#idle.length < MOST_IDLE) this.#idle.push(worker);
    else worker.end();
  }

  #settle({ item, outcome, value }: Finished, worker: PoolWorker): void {
    if (outcome !== 'value') joinStacks(value, item.origin, worker.label);
    this.#end(item, outcome === 'value' ? undefined : { error: value });
  }

  #end(item: WorkItem, failure: { readonly error: unknown } | undefined): void {
    const recruit = this.#recruits.get(item);
    if (recruit === undefined) return;
    this.#recruits.delete(item);
    if (!recruit.daemon) countAwaited(-1);
    recruit.over(failure);
  }

  #onGone(worker: PoolWorker, gone: Gone): void {
    this.#last.delete(worker);
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    const { begun, waiting } = worker.surrender();
    const death = failureOf(worker, gone);
    for (const item of begun) this.#end(item, death);
    if (begun.length + waiting.length === 0 && death !== undefined) tellUncaught({ error: death.error, thread: null });
    for (const item of waiting) {
      // One that has never run would only die again.
      if (worker.hasStarted) this.#startAnew(item);
      else this.#end(item, death);
    }
  }

  /** Its worker ended with the thread before, of which nothing had been heard. */
  #startAnew(item: WorkItem): void {
    const recruit = this.#recruits.get(item);
    if (recruit === undefined) return;
    this.#recruits.delete(item);
    if (!recruit.daemon) countAwaited(-1);
    try {
      this.start(recruit);
    } catch (error) {
      recruit.over({ error });
    }
  }
}

/** What its death says. A thread that ends its worker by `process.exit` ends, and that is all: as `sys.exit` in Python. */
function failureOf(worker: PoolWorker, { exitCode, error }: Gone): { readonly error: unknown } | undefined {
  if (worker.hasStarted && error === undefined) return undefined;
  const what = worker.hasStarted ? 'ended' : 'could not be started: it ended';
  return { error: new WorkerDiedError(`${worker.label} ${what} with exit code ${exitCode}`, { exitCode, cause: error }) };
}

const crews = new WeakMap<GlobalLock, Map<string, ThreadCrew>>();

/** The crew of this lock whose threads are preempted so. */
export function crewOf(lock: GlobalLock, preemption: PreemptionOptions): ThreadCrew {
  const kinds = crews.get(lock) ?? new Map<string, ThreadCrew>();
  crews.set(lock, kinds);
  const kind = JSON.stringify(preemption);
  const crew = kinds.get(kind) ?? new ThreadCrew(lock, preemption);
  kinds.set(kind, crew);
  return crew;
}
