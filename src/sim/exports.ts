/**
 * What of this package a thread's function may use without having it in the state: what lets others run, and what threads wait at.
 */
import { checkpoint, releaseForIO, sleep } from '../runtime/release.js';
import { Barrier } from '../threading/barrier.js';
import { Condition } from '../threading/condition.js';
import { Event } from '../threading/event.js';
import { Lock } from '../threading/lock.js';
import { LifoQueue, PriorityQueue, Queue } from '../threading/queue.js';
import { RLock } from '../threading/rlock.js';
import { BoundedSemaphore, Semaphore } from '../threading/semaphore.js';
import { SimpleQueue } from '../threading/simple-queue.js';

export const THREAD_EXPORTS: Readonly<Record<string, unknown>> = {
  Barrier,
  BoundedSemaphore,
  Condition,
  checkpoint,
  Event,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  RLock,
  releaseForIO,
  Semaphore,
  SimpleQueue,
  sleep,
};
