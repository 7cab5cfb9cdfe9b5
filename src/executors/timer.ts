/**
 * `Timer`: a thread that waits before it runs its target, and can be called off until then. CPython Lib/threading.py: Timer.
 */
import { now } from '../host/clock.js';
import { opensBy } from '../host/traveller.js';
import { findKnown } from '../lock/known.js';
import { openWords } from '../lock/object-memory.js';
import { checkTimeout } from '../lock/options.js';
import { callOff, type ThreadHandle } from '../runtime/thread-life.js';
import { runBlocking } from '../steps/blocking.js';
import type { Runnable } from './prepare.js';
import { Thread } from './thread.js';
import type { ThreadOptions, ThreadSettings } from './thread-options.js';

const KIND = 'gil/threading/timer';

/** What a timer is given behind its target: the target's arguments, required if it has parameters that are, and how the thread is made. */
export type TimerArgs<Args extends readonly unknown[]> = [] extends Args
  ? [args?: Args, settings?: ThreadSettings]
  : [args: Args, settings?: ThreadSettings];

/**
 * A thread that runs its target when some time has passed since its start. It waits in a worker of its own, without the lock, so it is
 * punctual also while this thread is blocked; for many timers of one thread `setTimeout` is cheaper.
 *
 * @example
 * ```ts
 * import { Timer } from 'gil/threading';
 * const cells = new Int32Array(new SharedArrayBuffer(4));
 * const ring = (cells: Int32Array) => { cells[0]! += 1; };
 * const soon = new Timer(5, ring, [cells]);
 * const never = new Timer(60_000, ring, [cells]);
 * soon.start();
 * never.start();
 * console.log(never.cancel()); // => true
 * await soon.join();
 * await never.join();
 * console.log(cells[0], soon.cancel()); // => 1 false
 * ```
 */
export class Timer<Args extends readonly unknown[] = readonly unknown[]> extends Thread<Args> {
  /**
   * The timer of a handle that came from another thread, which may call it off.
   * @throws HandleError
   */
  static override from(handle: ThreadHandle): Timer {
    return findKnown<Timer>(openWords(handle, KIND, 'Timer.from')) ?? openTimer(handle);
  }

  readonly #interval: number;

  /**
   * A timer that has not been started.
   * @param interval milliseconds from its start, 0 or more
   * @param target what it runs then: as of a `Thread`
   * @throws ArgumentError, OutOfRangeError; and as of a `Thread`
   */
  constructor(interval: number, target: Runnable<Args, unknown>, ...rest: TimerArgs<Args>);
  /** @internal */
  constructor(handle: ThreadHandle);
  constructor(interval: number | ThreadHandle, target?: Runnable<Args, unknown>, args?: unknown, settings: ThreadSettings = {}) {
    if (typeof interval === 'object' && interval !== null) {
      super(interval, KIND);
      this.#interval = 0;
      return;
    }
    const checked = checkTimeout(interval, 'interval');
    super({ ...settings, target, args } as ThreadOptions<Args>, KIND);
    this.#interval = checked;
  }

  /** Has it run when its time has come. @throws as of a `Thread` */
  override start(): void {
    this.startAt(now() + this.#interval);
  }

  /**
   * Calls it off: its target will not run, and the thread ends now. Any thread may, before the start too.
   * @returns `false` if it is too late: its time has come
   */
  cancel(): boolean {
    return runBlocking(callOff(this.words));
  }

  /** @internal */
  protected override get label(): string {
    return 'Timer';
  }
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function openTimer(handle: ThreadHandle): Timer {
  return new Timer(handle);
}

opensBy(KIND, Timer.from);
