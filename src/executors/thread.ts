/**
 * `Thread`: one call of a function in a worker of its own, with the manners of Python's. Its life is told in shared words, see
 * `runtime/thread-life.ts`, so that any thread may join it, also one whose event loop, or that of whoever started it, is blocked.
 * CPython Lib/threading.py: Thread.
 */
import { inspect } from 'node:util';
import { now } from '../host/clock.js';
import { hold, letGo } from '../host/keep-alive.js';
import { getAcquainted, suspect } from '../host/kin.js';
import type { Words } from '../host/memory.js';
import { isExiting, THREAD_NUMBER } from '../host/thread.js';
import { HANDLE, opensBy } from '../host/traveller.js';
import { GlobalLock } from '../lock/global-lock.js';
import { findKnown, remember } from '../lock/known.js';
import { identityOf, openWords } from '../lock/object-memory.js';
import { checkName, checkSync } from '../lock/options.js';
import { checkPreemption, type PreemptionOptions, preemptionIn, rulesFor } from '../lock/preemption.js';
import {
  awaitEnd,
  createLife,
  currentLife,
  DAEMON,
  ENDED,
  endLife,
  IDENT,
  INITIAL,
  LEFT,
  mainLife,
  NUMBER,
  STARTED,
  STATE,
  THREAD_KIND,
  type ThreadHandle,
} from '../runtime/thread-life.js';
import { runBlocking } from '../steps/blocking.js';
import { ThreadStateError } from '../threading/errors.js';
import { type BlockingOptions, checkWaiting, untilOf, type WaitingOptions, waitLater, waitSync } from '../threading/waiting.js';
import { Origins } from './origin.js';
import { type Prepared, prepareTask } from './prepare.js';
import { crewOf } from './thread-crew.js';
import { checkArgs, checkDaemon, lockFor, type ThreadOptions } from './thread-options.js';
import { tellUncaught } from './uncaught.js';
import { WorkItem } from './work-item.js';

let numbered = 0;

/** The threads that this one knows, and that were alive when it last looked. */
const known = new Set<Thread>();

/** @internal Those of them that are alive. */
export function aliveThreads(): Thread[] {
  for (const each of known) if (!each.isAlive()) known.delete(each);
  return [...known];
}

/** How many are known before those are looked for that have ended: nobody else takes the ones out that were sent here. */
let mostKnown = 64;

function know(thread: Thread): void {
  known.add(thread);
  if (known.size > mostKnown) mostKnown = Math.max(64, 2 * aliveThreads().length);
}

/** What the thread that made it can start. */
interface Unstarted {
  readonly task: Prepared;
  args: readonly unknown[];
  readonly preemption: PreemptionOptions;
}

/**
 * A thread that runs one call of a function.
 *
 * @example
 * ```ts
 * import { Lock, Thread } from 'gil/threading';
 * const lock = new Lock();
 * const cells = new Int32Array(new SharedArrayBuffer(4));
 * const work = (lock: Lock, cells: Int32Array, times: number) => {
 *   for (let i = 0; i < times; i++) lock.runExclusiveSync(() => { cells[0]! += 1; });
 * };
 * const threads = [1, 2].map(() => new Thread({ target: work, args: [lock, cells, 100] }));
 * for (const thread of threads) thread.start();
 * for (const thread of threads) await thread.join();
 * console.log(cells[0], threads[0]!.name, threads[0]!.isAlive()); // => 200 Thread-1 (work) false
 * ```
 */
export class Thread<Args extends readonly unknown[] = readonly unknown[]> {
  /**
   * The thread of a handle that came from another thread.
   * @throws HandleError
   */
  static from(handle: ThreadHandle): Thread {
    const found = findKnown<Thread>(openWords(handle, THREAD_KIND, 'Thread.from'));
    return found ?? openThread(handle);
  }

  /** Its name. */
  readonly name: string;
  /** The lock that it lives under. */
  readonly lock: GlobalLock;
  readonly #kind: string;
  readonly #words: Words;
  #unstarted: Unstarted | undefined;
  #item: WorkItem | undefined;

  /**
   * A thread that has not been started.
   * @throws ArgumentError; TaskFunctionError, TaskSyntaxError, FreeVariableError about the target
   */
  constructor(options: ThreadOptions<Args>);
  /** @internal */
  constructor(options: ThreadOptions<Args> | ThreadHandle, kind?: string);
  constructor(options: ThreadOptions<Args> | ThreadHandle, kind = THREAD_KIND) {
    this.#kind = kind;
    if ('memory' in options) {
      this.name = options.name;
      this.lock = options.lock === undefined ? GlobalLock.default : GlobalLock.from(options.lock);
      this.#words = openWords(options, kind, 'Thread');
      know(this as unknown as Thread);
    } else {
      const { target, args, name, daemon } = options;
      this.lock = lockFor(options);
      const preemption = preemptionIn(options, this.lock.handle);
      const rules = rulesFor(this.lock.dialect, checkPreemption(preemption, this.lock.dialect).preemption);
      const task = prepareTask(target, rules);
      this.#unstarted = { task, args: checkArgs(args), preemption };
      this.name = name === undefined ? nextName(task.name) : checkName(name);
      this.#words = createLife();
      this.#words[DAEMON] = (daemon === undefined ? inheritedDaemon() : checkDaemon(daemon)) ? 1 : 0;
    }
    remember(this, this.#words);
  }

  /** This thread, to be sent to another one by hand. Pools and threads take it among the arguments of a task as it is. */
  get handle(): ThreadHandle {
    return { kind: this.#kind, memory: this.#words.buffer, name: this.name, lock: this.lock.handle };
  }

  /** @internal What of it travels. */
  get [HANDLE](): ThreadHandle {
    return this.handle;
  }

  /** Whether the process does not wait for it to end. @throws ThreadStateError (on writing) once it has been started */
  get daemon(): boolean {
    return this.#words[DAEMON] === 1;
  }
  /** The same, before its start. */
  set daemon(daemon: boolean) {
    const checked = checkDaemon(daemon);
    if (this.#state !== INITIAL) throw new ThreadStateError(`daemon: cannot be set once ${this.name} has been started; set it before`);
    this.#words[DAEMON] = checked ? 1 : 0;
  }

  /** Its identity at its lock, from 1, as `lock.holder()` tells it; `null` before it runs. Another thread may have it afterwards. */
  get ident(): number | null {
    if (this.#isThatOf(currentLife())) return this.lock.seat.ident;
    return Atomics.load(this.#words, IDENT) || null;
  }

  /** Node's number of the worker that it runs in: 0 is the main thread; `null` before it is started. CPython: `native_id`. */
  get threadId(): number | null {
    const number = Atomics.load(this.#words, NUMBER);
    return number === 0 ? null : number - 1;
  }

  /** Whether it has been started and has not ended. */
  isAlive(): boolean {
    return this.#state === STARTED;
  }

  /**
   * Has it run, in a worker that is kept warm or a new one. Node starts workers without the event loop of this thread: it runs also while
   * this thread is blocked.
   * @throws ThreadStateError if it was started before, here or elsewhere, or the process is ending; CloneError if an argument cannot be sent
   */
  start(): void {
    this.startAt(undefined);
  }

  /** @internal `until`: when its time will have come, of a timer. */
  protected startAt(until: number | undefined): void {
    if (this.#state !== INITIAL)
      throw new ThreadStateError(`start: threads can only be started once, and ${this.name} was; make a new one`);
    if (this.#unstarted === undefined)
      throw new ThreadStateError(
        `start: expected the thread that made ${this.name}, which alone has its target; got thread ${THREAD_NUMBER - 1}`,
      );
    if (isExiting()) throw new ThreadStateError(`start: can't start ${this.name} at interpreter shutdown: the process is ending`);
    const { task, args, preemption } = this.#unstarted;
    const { daemon } = this;
    const words = this.#words;
    const life: ThreadHandle = { kind: this.#kind, memory: words.buffer, name: this.name, ...(until === undefined ? {} : { until }) };
    const extras = {
      priority: 0,
      transfer: [],
      signal: undefined,
      calls: 'one',
      context: undefined,
      guard: undefined,
      thread: { life, daemon },
    } as const;
    const item = new WorkItem(task, args, extras, Origins.here(this.start), now());
    Atomics.store(words, STATE, STARTED);
    try {
      crewOf(this.lock, preemption).start({
        item,
        daemon,
        life: words.buffer,
        hasEnded: () => this.#state === ENDED,
        placed: (number) => Atomics.store(words, NUMBER, number),
        over: (failure) => this.#over(item, failure),
      });
    } catch (error) {
      Atomics.store(words, NUMBER, 0);
      Atomics.store(words, STATE, INITIAL);
      throw error;
    }
    this.#item = item;
    this.#unstarted.args = [];
    know(this as unknown as Thread);
  }

  #over(item: WorkItem, failure: { readonly error: unknown } | undefined): void {
    runBlocking(endLife(this.#words, LEFT));
    known.delete(this as unknown as Thread);
    if (failure !== undefined) tellUncaught({ error: failure.error, thread: this });
    item.future.setResult(undefined);
  }

  /**
   * Waits without blocking the thread until it has ended. On the thread that started it, its error has been told to the hook by then.
   * @param options `{ timeout, signal }`, in milliseconds
   * @returns `false` if `timeout` passed first, else `true`
   * @throws (as a rejection) ThreadStateError if it has not been started, is the thread that waits or the main thread; LockCancelledError when the signal
   * aborts; ArgumentError, OutOfRangeError
   */
  async join(options?: WaitingOptions): Promise<boolean> {
    const { until, signal } = checkWaiting(options);
    this.#checkJoin();
    const ended = await waitLater(awaitEnd(this.#words, until, suspectWorker), signal);
    if (ended && this.#item !== undefined) await this.#heard(this.#item);
    return ended;
  }

  /**
   * Blocks the thread until it has ended; without the Global Interpreter Lock meanwhile, if it has to wait.
   * @param options `{ timeout }`, in milliseconds
   * @returns `false` if `timeout` passed first, else `true`
   * @throws ThreadStateError if it has not been started, is the thread that waits or the main thread; ArgumentError, OutOfRangeError; CannotBlockError if
   * it would have to wait and may not
   */
  joinSync(options?: BlockingOptions): boolean {
    const timeout = checkSync(options);
    this.#checkJoin();
    return this.#state !== STARTED || (timeout > 0 && waitSync(awaitEnd(this.#words, untilOf(timeout), suspectWorker)));
  }

  /** `<Thread(Thread-1 (work), started daemon 2)>`, also for `console.log`. */
  toString(): string {
    const state = this.#state;
    const stage = state === INITIAL ? 'initial' : state === STARTED ? 'started' : 'stopped';
    const ident = this.ident === null ? '' : ` ${this.ident}`;
    return `<${this.label}(${this.name}, ${stage}${this.daemon ? ' daemon' : ''}${ident})>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal A worker has died: was it its? */
  bury(threadNumber: number): void {
    if (Atomics.load(this.#words, NUMBER) === threadNumber) runBlocking(endLife(this.#words, LEFT));
  }

  /** @internal */
  protected get words(): Words {
    return this.#words;
  }

  /** @internal What it is called in `toString()`. */
  protected get label(): string {
    return 'Thread';
  }

  get #state(): number {
    return Atomics.load(this.#words, STATE);
  }

  #isThatOf({ memory }: ThreadHandle): boolean {
    return memory === this.#words.buffer || identityOf(new Int32Array(memory)) === identityOf(this.#words);
  }

  #checkJoin(): void {
    if (this.#state === INITIAL) throw new ThreadStateError(`join: cannot join ${this.name} before it is started; call start() first`);
    if (this.#isThatOf(currentLife())) throw new ThreadStateError(`join: ${this.name} cannot join itself: it would wait for ever`);
    if (this.#isThatOf(mainLife()))
      throw new ThreadStateError('join: cannot join the main thread, which ends with the process; join another one');
  }

  /** Its end is known; what it left to say is on the way. */
  async #heard(item: WorkItem): Promise<void> {
    if (item.future.done()) return;
    hold();
    try {
      await item.future;
    } finally {
      letGo();
    }
  }
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function openThread(handle: ThreadHandle): Thread {
  return new Thread(handle);
}

function nextName(target: string): string {
  numbered += 1;
  // A function that is written where it is passed is called after the option.
  return target === 'anonymous' || target === 'target' ? `Thread-${numbered}` : `Thread-${numbered} (${target})`;
}

function inheritedDaemon(): boolean {
  return new Int32Array(currentLife().memory)[DAEMON] === 1;
}

function suspectWorker(threadNumber: number, when: 'at-first' | 'in-vain'): void {
  (when === 'at-first' ? getAcquainted : suspect)(threadNumber);
}

opensBy(THREAD_KIND, Thread.from);
