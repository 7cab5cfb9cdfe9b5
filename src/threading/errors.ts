/**
 * The errors of `gil/threading`, one class per kind of misuse or failure, each with a literal `code`.
 * A message says what was expected, what came, and what to do.
 */

/** A barrier was broken while a thread waited at it, or is broken: by a timeout, `abort()`, `reset()`, a failing action, or a death (CPython `threading.BrokenBarrierError`). */
export class BrokenBarrierError extends Error {
  static {
    this.prototype.name = 'BrokenBarrierError';
  }
  readonly code = 'ERR_BARRIER_BROKEN';
}

/** A bounded semaphore was released more often than acquired (CPython: "Semaphore released too many times"). */
export class SemaphoreReleaseError extends RangeError {
  static {
    this.prototype.name = 'SemaphoreReleaseError';
  }
  readonly code = 'ERR_SEMAPHORE_RELEASE';
}

/** A thread in a deadlock: what it holds, and what it waits for. Places are `file:line:column`, or `''` where they are not known. */
export interface DeadlockedThread {
  /** Its name: that of a pool's thread, `main`, or `worker 3`. */
  readonly thread: string;
  /** Node's `threadId`: 0 is the main thread. */
  readonly threadId: number;
  /** The name of the lock that it holds and the thread before it in the circle waits for. */
  readonly holds: string;
  /** Where it acquired that lock. */
  readonly acquiredAt: string;
  /** The name of the lock that it waits for; the next thread in the circle holds it. */
  readonly waitsFor: string;
  /** Where it waits. */
  readonly waitsAt: string;
}

/** This wait would never end: each of some threads waits for what the next one holds. Raised by the one that closed the circle, instead of waiting. */
export class DeadlockError extends Error {
  static {
    this.prototype.name = 'DeadlockError';
  }
  readonly code = 'ERR_THREADING_DEADLOCK';
  /** Who holds what and waits for what, beginning with the thread that raised it. */
  readonly cycle: readonly DeadlockedThread[];

  /** @internal */
  constructor(message: string, cycle: readonly DeadlockedThread[]) {
    super(message);
    this.cycle = cycle;
  }
}

/** There was nothing to get, or not in time (CPython `queue.Empty`). */
export class QueueEmptyError extends Error {
  static {
    this.prototype.name = 'QueueEmptyError';
  }
  readonly code = 'ERR_QUEUE_EMPTY';
}

/** There was no room to put, or not in time (CPython `queue.Full`). */
export class QueueFullError extends Error {
  static {
    this.prototype.name = 'QueueFullError';
  }
  readonly code = 'ERR_QUEUE_FULL';
}

/** The queue was shut down (CPython `queue.ShutDown`). */
export class QueueShutDownError extends Error {
  static {
    this.prototype.name = 'QueueShutDownError';
  }
  readonly code = 'ERR_QUEUE_SHUT_DOWN';
}

/** `taskDone()` was called more often than items were put (CPython: "task_done() called too many times"). */
export class TaskDoneError extends RangeError {
  static {
    this.prototype.name = 'TaskDoneError';
  }
  readonly code = 'ERR_QUEUE_TASK_DONE';
}

/** A queue has no memory for one more item (CPython: MemoryError). */
export class QueueMemoryError extends RangeError {
  static {
    this.prototype.name = 'QueueMemoryError';
  }
  readonly code = 'ERR_QUEUE_MEMORY';
}

/** A thread was started twice, joined before its start or by itself, or changed after its start (CPython: RuntimeError). */
export class ThreadStateError extends Error {
  static {
    this.prototype.name = 'ThreadStateError';
  }
  readonly code = 'ERR_THREAD_STATE';
}
