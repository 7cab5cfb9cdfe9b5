/**
 * The processors of the virtual machine. Threads that have work share them evenly, as an operating system does that switches among them
 * faster than matters here: with `n` threads at work on `cores` processors each advances at the rate `min(1, cores / n)`.
 *
 * All advance alike, so one clock of service is enough for all: a job ends when that clock reaches its mark, whatever joins or leaves.
 */
import { Heap } from './heap.js';

/** A job in hand. */
interface Job<Owner> {
  readonly owner: Owner;
  readonly amount: number;
  /** Where the clock of service stands when it is done. */
  readonly due: number;
  readonly rank: number;
}

export class Processors<Owner extends object> {
  readonly #cores: number;
  readonly #jobs = new Map<Owner, Job<Owner>>();
  readonly #queue = new Heap<Job<Owner>>();
  /** How much each thread at work has been served, in nanoseconds, up to the time `#since`. */
  #service = 0;
  #since = 0;

  constructor(cores: number) {
    this.#cores = cores;
  }

  /** How many threads are at work. */
  get busy(): number {
    return this.#jobs.size;
  }

  /** When the next job is done, or `Infinity`. */
  get next(): number {
    const job = this.#first();
    if (job === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(this.#since, Math.round(this.#since + (job.due - this.#service) / this.#rate));
  }

  /** Begins a job of so many nanoseconds. */
  begin(owner: Owner, amount: number, time: number, rank: number): void {
    this.#advance(time);
    // Nobody is at work: the clock may begin again, and stays exact.
    if (this.#jobs.size === 0) this.#service = 0;
    this.#put({ owner, amount, due: this.#service + amount, rank });
  }

  /** Takes out the job that is done at `time`, which is `next`. */
  finish(time: number): { readonly owner: Owner; readonly amount: number } {
    const job = this.#first()!;
    this.#advance(time);
    this.#queue.pop();
    this.#jobs.delete(job.owner);
    return job;
  }

  /** How much of its job this thread has done by `time`; `undefined` if it has none. */
  progress(owner: Owner, time: number): number | undefined {
    const job = this.#jobs.get(owner);
    if (job === undefined) return undefined;
    this.#advance(time);
    return Math.round(job.amount - (job.due - this.#service));
  }

  /** Has this thread's job end after so much, unless it is shorter. */
  shorten(owner: Owner, amount: number): void {
    const job = this.#jobs.get(owner)!;
    if (amount < job.amount) this.#put({ ...job, amount, due: job.due - job.amount + amount });
  }

  get #rate(): number {
    return Math.min(1, this.#cores / this.#jobs.size);
  }

  #put(job: Job<Owner>): void {
    this.#jobs.set(job.owner, job);
    this.#queue.push(job);
  }

  #advance(time: number): void {
    if (this.#jobs.size > 0) this.#service += (time - this.#since) * this.#rate;
    this.#since = time;
  }

  /** Jobs that were replaced by shorter ones are still in the queue. */
  #first(): Job<Owner> | undefined {
    for (;;) {
      const job = this.#queue.first;
      if (job === undefined || this.#jobs.get(job.owner) === job) return job;
      this.#queue.pop();
    }
  }
}
