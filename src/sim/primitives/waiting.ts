/**
 * `Semaphore`, `Event`, `Barrier` and the queues for virtual threads: their own texts, carried from sleep to sleep.
 */
import { checkSync } from '../../lock/options.js';
import type { Releaser } from '../../lock/releaser.js';
import { TIMED_OUT } from '../../steps/step.js';
import { Barrier } from '../../threading/barrier.js';
import { awaitFlag, Event } from '../../threading/event.js';
import { VALUE } from '../../threading/permits.js';
import { Queue } from '../../threading/queue.js';
import { BaseQueue } from '../../threading/queue-base.js';
import { Semaphore } from '../../threading/semaphore.js';
import type { VirtualThread } from '../switch-point.js';
import { before, carry, giveTwins, releasing, untilOf } from './carry.js';
import { runIt } from './tasks.js';

interface Timed {
  readonly timeout?: number | undefined;
}

function* takePermit(semaphore: Semaphore, options?: Timed): VirtualThread<Releaser | null> {
  const timeout = checkSync(options);
  const { words } = semaphore;
  if ((yield* before('acquire', semaphore, () => words[VALUE]! > 0, timeout)) === TIMED_OUT) return null;
  return releasing(semaphore.tryAcquire());
}

/** Gives the classes that threads wait at their twins. */
export function equipWaiting(): void {
  giveTwins(Semaphore.prototype, {
    *acquireSync(options?: Timed) {
      return yield* takePermit(this, options);
    },
    *tryAcquire() {
      yield* before('acquire', this);
      return releasing(this.tryAcquire());
    },
    *release(n = 1) {
      yield* before('release', this);
      this.release(n);
    },
    *runExclusiveSync(task: () => unknown) {
      const release = yield* takePermit(this);
      try {
        return yield* runIt(task);
      } finally {
        release?.();
      }
    },
  });

  giveTwins(Event.prototype, {
    *set() {
      yield* before('notify', this);
      this.set();
    },
    *clear() {
      yield* before('write', this);
      this.clear();
    },
    *isSet() {
      yield* before('read', this);
      return this.isSet();
    },
    *waitSync(options?: Timed) {
      checkSync(options);
      yield* before('wait', this);
      return yield* carry(awaitFlag(this.words, untilOf(options)), 'wait', this);
    },
  });

  giveTwins(Barrier.prototype, {
    *waitSync(options?: Timed) {
      yield* before('wait', this);
      return yield* carry(this.waitSteps(options?.timeout === undefined ? undefined : checkSync(options)), 'wait', this);
    },
    *abort() {
      yield* before('notify', this);
      this.abort();
    },
    *reset() {
      yield* before('notify', this);
      this.reset();
    },
  });

  giveTwins(BaseQueue.prototype as BaseQueue, {
    *putSync(item: unknown, options?: Timed) {
      checkSync(options);
      yield* before('write', this);
      yield* carry(this.putSteps(item, untilOf(options)), 'write', this);
    },
    *getSync(options?: Timed) {
      checkSync(options);
      yield* before('read', this);
      return yield* carry(this.getSteps(untilOf(options)), 'read', this);
    },
    *tryPut(item: unknown) {
      yield* before('write', this);
      return this.tryPut(item);
    },
    *tryGet() {
      yield* before('read', this);
      return this.tryGet();
    },
  });

  giveTwins(Queue.prototype as Queue, {
    *taskDone() {
      yield* before('notify', this);
      this.taskDone();
    },
    *joinSync(options?: Timed) {
      checkSync(options);
      yield* before('join', this);
      return yield* carry(this.joinSteps(untilOf(options)), 'join', this);
    },
  });
}
