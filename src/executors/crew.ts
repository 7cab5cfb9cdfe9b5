/**
 * The core of every pool: a queue, workers that are started on demand and reused idle-first, and who does what next. What a worker has in hand
 * and has not begun can be called off or given to another, so nothing waits behind a long call while somebody is idle.
 * CPython Lib/concurrent/futures: thread.py, process.py.
 */
import { type BrokenPoolError, WorkerDiedError } from '../errors.js';
import type { Peer, PeerEvents } from '../host/peer.js';
import type { Window } from '../runtime/window.js';
import { Door } from './door.js';
import { joinStacks } from './origin.js';
import { type Gone, PoolWorker } from './pool-worker.js';
import { Queue } from './queue.js';
import { Tally } from './tally.js';
import type { Finished, WorkItem } from './work-item.js';

/** What a crew is made of. */
export interface CrewSettings {
  readonly maxWorkers: number;
  readonly namePrefix: string;
  readonly maxTasksPerWorker: number;
  readonly onWorkerDeath: 'break' | 'replace';
  /** `no`: workers are other processes. */
  readonly sharesMemory: 'yes' | 'no';
  readonly bufferSize: number;
  readonly startPeer: (name: string, window: Window, events: PeerEvents) => Peer;
  /** What the futures of a broken pool fail with: a new one for each. */
  readonly broken: (message: string, cause: unknown) => BrokenPoolError;
}

/** The workers of a pool, and the calls that wait for them. */
export class Crew {
  readonly tally = new Tally();
  /** Whether it takes calls. */
  readonly door: Door;
  readonly #settings: CrewSettings;
  readonly #queue = new Queue(() => this.#onShrink());
  readonly #workers = new Set<PoolWorker>();
  /** The one that became idle last is used first: the others may rest. */
  readonly #idle: PoolWorker[] = [];
  /** `forced`: terminated, and not to be replaced. */
  #ending: 'by-itself' | 'forced' = 'by-itself';
  #started = 0;
  #flush: 'none' | 'scheduled' = 'none';
  #whenGone: (() => void)[] = [];
  #whenDrained: (() => void)[] = [];

  constructor(settings: CrewSettings) {
    this.#settings = settings;
    this.door = new Door(settings.broken);
  }

  get size(): number {
    return this.#workers.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** How many calls wait that no worker has begun or been offered. */
  get waiting(): number {
    return this.#queue.size;
  }

  get isFull(): boolean {
    return this.#queue.size >= this.#settings.bufferSize;
  }

  /** Has one worker, for a call that is about to come. */
  warmUp(): void {
    if (this.#workers.size > 0) return;
    const worker = this.#start();
    if (worker !== undefined) this.#idle.push(worker);
  }

  /** Takes a call. An idle worker has it at once; otherwise it is handed out with all others of this turn. */
  add(item: WorkItem): void {
    this.tally.submitted += 1;
    // The worker that was to be started for it could not be.
    const broken = this.door.brokenBy;
    if (broken !== null) {
      this.#fail(item, broken);
      return;
    }
    this.#queue.push(item);
    const worker = this.#idle.pop() ?? this.#start();
    if (worker !== undefined) this.#hand(worker, 1);
    else this.#scheduleFlush();
  }

  /** Takes no more calls. The flags count at once; the promise resolves when the last worker is gone. */
  async shutdown(wait: 'wait' | 'at-once', futures: 'finish' | 'cancel'): Promise<void> {
    this.door.shut();
    if (futures === 'cancel') this.#cancelAll();
    this.#endIdle();
    if (wait === 'wait') await this.#gone();
  }

  /** Ends all workers, whatever they do: what they run fails, what waits is cancelled. */
  async terminate(force: 'terminate' | 'kill'): Promise<void> {
    this.#ending = 'forced';
    this.door.shut();
    this.#cancelAll();
    const why = 'the workers were terminated while the future was running';
    const lost = this.#abandonAll(force);
    for (const item of lost) this.#fail(item, this.#settings.broken(why, undefined));
    await this.#gone();
  }

  /** Resolves when the pool is not full. */
  async drained(): Promise<void> {
    if (this.isFull) await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  #gone(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenGone.push(resolve);
      this.#tellGone();
    });
  }

  /** While something waits, a worker that is gone is about to be replaced. */
  #tellGone(): void {
    if (this.#workers.size > 0 || this.#queue.size > 0) return;
    for (const resolve of this.#whenGone.splice(0)) resolve();
  }

  #scheduleFlush(): void {
    if (this.#flush === 'scheduled') return;
    this.#flush = 'scheduled';
    queueMicrotask(() => {
      this.#flush = 'none';
      // What was called off meanwhile may have left somebody idle.
      while (this.#queue.size > 0) {
        const worker = this.#idle.pop() ?? this.#start();
        if (worker === undefined) break;
        this.#hand(worker, 1);
      }
      for (const worker of this.#workers) this.#recall(worker);
      for (const worker of this.#workers) this.#hand(worker, this.#share());
      this.#tellGone();
    });
  }

  /** What one worker may be given of what waits: its part, so that the first does not get all. */
  #share(): number {
    return Math.ceil(this.#queue.size / this.#workers.size);
  }

  /** Takes back what a worker has not begun, if something more urgent waits. */
  #recall(worker: PoolWorker): void {
    if (this.#queue.priority > worker.lowestPriority) this.#queue.putBack(worker.takeBack());
  }

  /** Gives a worker up to `most` calls. It is not in the list of the idle ones; it is put there if it has nothing in hand afterwards. */
  #hand(worker: PoolWorker, most: number): void {
    const refused: Finished[] = [];
    // Again only if it could be sent nothing of what there was.
    for (let items = this.#take(worker, most); items.length > 0; items = worker.inHand === 0 ? this.#take(worker, most) : []) {
      refused.push(...worker.offer(items));
    }
    if (worker.inHand === 0) this.#rest(worker);
    for (const each of refused) this.#settle(each, worker);
  }

  /** The next calls, as many as the worker has room for. */
  #take(worker: PoolWorker, most: number): WorkItem[] {
    const items: WorkItem[] = [];
    const room = Math.min(worker.room, most);
    while (items.length < room) {
      const next = this.#queue.peek();
      // What moves can be sent only once: it must not wait in the hands of one worker while another is idle.
      if (next === undefined || (next.moves && worker.inHand + items.length > 0)) break;
      this.#queue.shift();
      items.push(next);
    }
    return items;
  }

  #onShrink(): void {
    if (this.#whenDrained.length > 0 && !this.isFull) for (const resolve of this.#whenDrained.splice(0)) resolve();
  }

  /** A worker has nothing in hand: it takes from the queue, from a worker that has more than it does, or rests. */
  #rest(worker: PoolWorker): void {
    // One that rests already must not be in the list twice.
    if (this.#idle.includes(worker)) return;
    if (!worker.isUseful) {
      worker.end();
      return;
    }
    if (this.#queue.size === 0) this.#steal();
    if (this.#queue.size > 0 && worker.room > 0) {
      this.#hand(worker, this.#share());
      return;
    }
    // Without room it has yet to pass calls that were called off, and says when it has.
    if (worker.room > 0) this.#idle.push(worker);
    this.#endIdle();
  }

  /** Puts back into the queue half of what waits in the hands of the worker that has most. */
  #steal(): void {
    let most: PoolWorker | undefined;
    for (const worker of this.#workers) if (worker.inHand > (most?.inHand ?? 1)) most = worker;
    if (most !== undefined) this.#queue.putBack(most.takeBack(Math.floor(most.inHand / 2)));
  }

  #start(): PoolWorker | undefined {
    const { maxWorkers, namePrefix, maxTasksPerWorker, sharesMemory, startPeer } = this.#settings;
    if (this.#workers.size >= maxWorkers || this.door.brokenBy !== null || this.#ending === 'forced') return undefined;
    const name = `${namePrefix}_${this.#started++}`;
    try {
      const worker = new PoolWorker((events, window) => startPeer(name, window, events), sharesMemory, maxTasksPerWorker, this.tally, {
        onFinished: (from, finished) => this.#onFinished(from, finished),
        onRoom: (from) => this.#onRoom(from),
        onReturned: (from, items) => this.#onReturned(from, items),
        onUnfit: (from, error) => this.#onUnfit(from, error),
        onGone: (from, gone) => this.#onGone(from, gone),
      });
      this.#workers.add(worker);
      return worker;
    } catch (error) {
      const cause = new WorkerDiedError(`${name} could not be started`, { exitCode: null, cause: error });
      this.#break(cause.message, cause, []);
      return undefined;
    }
  }

  #onFinished(worker: PoolWorker, finished: readonly Finished[]): void {
    // Idle first, or busy with the next, before anybody can react to a result by submitting more.
    this.#onRoom(worker);
    for (const each of finished) this.#settle(each, worker);
  }

  #onReturned(worker: PoolWorker, items: readonly WorkItem[]): void {
    this.#queue.putBack(items);
    if (this.#queue.size > 0) this.#scheduleFlush();
    this.#onRoom(worker);
  }

  #onRoom(worker: PoolWorker): void {
    if (worker.inHand === 0) this.#rest(worker);
    else if (this.#queue.size > 0) this.#hand(worker, this.#share());
  }

  #settle({ item, outcome, value }: Finished, worker: PoolWorker): void {
    if (outcome === 'value') this.tally.completed += 1;
    else this.tally.failed += 1;
    if (item.future.done()) return;
    if (outcome === 'value') {
      item.future.setResult(value);
      return;
    }
    const error = outcome === 'stopped' ? item.extras?.guard?.error : value;
    joinStacks(error, item.origin, worker.label);
    item.future.setException(error);
  }

  #fail(item: WorkItem, error: unknown): void {
    this.tally.failed += 1;
    joinStacks(error, item.origin, 'a worker');
    if (!item.future.done()) item.future.setException(error);
  }

  #endIdle(): void {
    if (this.door.isOpen || this.#queue.size > 0) return;
    this.#idle.length = 0;
    for (const worker of this.#workers) if (worker.inHand === 0) worker.end();
  }

  #cancelAll(): void {
    for (const worker of this.#workers) this.#queue.putBack(worker.takeBack());
    for (let item = this.#queue.peek(); item !== undefined; item = this.#queue.peek()) item.future.cancel();
  }

  #onUnfit(worker: PoolWorker, error: unknown): void {
    console.error('Exception in initializer:', error);
    // Nothing has really begun; of another process it counts as begun as soon as it is sent.
    const { begun, waiting } = worker.surrender();
    worker.terminate();
    this.#break('a worker initializer failed', error, [...begun, ...waiting], 'let-others-finish');
  }

  #onGone(worker: PoolWorker, gone: Gone): void {
    this.#workers.delete(worker);
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    const { begun, waiting } = worker.surrender();
    if (gone.manner === 'died') this.#onDeath(worker, gone, begun, waiting);
    else {
      const stopped = 'its worker was stopped because of another call, at the moment when this one began';
      for (const item of begun) this.#fail(item, item.extras?.guard?.error ?? this.#settings.broken(stopped, undefined));
      this.#queue.putBack(waiting);
    }
    if (this.#queue.size > 0) this.#scheduleFlush();
    else this.#endIdle();
    this.#tellGone();
  }

  /** A worker died that nobody told to. */
  #onDeath(worker: PoolWorker, { exitCode, error }: Gone, begun: readonly WorkItem[], waiting: readonly WorkItem[]): void {
    const how = exitCode === null ? 'by a signal' : `with exit code ${exitCode}`;
    const running = begun[0] === undefined ? '' : ` while it ran \`${begun[0].task.name}\``;
    const what = worker.hasStarted ? `ended ${how}${running}` : `could not be started: it ended ${how}`;
    const died = (): WorkerDiedError => new WorkerDiedError(`${worker.label} ${what}`, { exitCode, cause: error });
    // One that has never run would only die again.
    if (this.#settings.onWorkerDeath === 'break' || !worker.hasStarted) {
      this.#break(died().message, died(), [...begun, ...waiting]);
      return;
    }
    for (const item of begun) this.#fail(item, died());
    this.#queue.putBack(waiting);
  }

  /** Everything that is not done fails, as in CPython's process pool. */
  #break(why: string, cause: unknown, lost: readonly WorkItem[], others: 'terminate' | 'let-others-finish' = 'terminate'): void {
    this.door.break(why, cause);
    const all = [...lost];
    if (others === 'terminate') all.push(...this.#abandonAll('kill'));
    else for (const worker of this.#workers) all.push(...worker.takeBack());
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) all.push(item);
    this.#endIdle();
    for (const item of all) this.#fail(item, this.door.brokenBy);
  }

  #abandonAll(force: 'terminate' | 'kill'): WorkItem[] {
    const lost: WorkItem[] = [];
    this.#idle.length = 0;
    for (const worker of this.#workers) {
      const { begun, waiting } = worker.surrender();
      lost.push(...begun, ...waiting);
      worker.terminate(force);
    }
    return lost;
  }
}
