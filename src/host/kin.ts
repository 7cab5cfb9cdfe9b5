/**
 * Which threads this one has started, whoever started them and why, and when they are dead. A thread that is terminated or runs out of
 * memory says no farewell: only the thread that started it can know.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData, type Worker } from 'node:worker_threads';
import { now } from './clock.js';
import { THREAD_NUMBER } from './thread.js';

/** A thread is told its parent's number by what Node hands down to every new worker. */
const PARENT = 'gil/parent';

/** The number of the thread that started this one, or 0: the main thread has none, and a parent that does not use this package tells nothing. */
export const PARENT_NUMBER = isMainThread ? 0 : Number(getEnvironmentData(PARENT) ?? 0);

interface Child {
  readonly worker: Worker;
  /** Whether its event loop has been seen to run, and since when it has given no answer. */
  state: 'unknown' | 'running' | { readonly silentSince: number };
}

/**
 * How long a child must have been silent to count as dead, in milliseconds. Node falls silent about a worker when it is told to stop; the
 * thread may run on to its next safe point, and what it does to shared memory there must not meet what is done in its name.
 */
const GRACE = 1000;

const children = new Map<number, Child>();
const watched = new WeakSet<Worker>();
const mourners = new Set<(threadNumber: number) => void>();

// When this file is loaded, not at the first lock: a program may well start its workers first.
setEnvironmentData(PARENT, THREAD_NUMBER);
process.on('worker', watch);

/** From now on `onDeath` is told of every child of this thread that has ended, before anybody else who listens for its exit. */
export function watchChildren(onDeath: (threadNumber: number) => void): void {
  mourners.add(onDeath);
}

/** From now on this child is nobody's kin: it runs nothing that could hold a lock. */
export function overlook(worker: Worker): void {
  watched.add(worker);
}

/** Watches a child from its first moment; `process` tells of it only when the event loop turns. */
export function watch(worker: Worker): void {
  const number = worker.threadId + 1;
  if (watched.has(worker) || number < 1) return;
  watched.add(worker);
  children.set(number, { worker, state: 'unknown' });
  worker.once('online', () => getAcquainted(number));
  worker.prependOnceListener('exit', () => died(number));
}

/**
 * To be called before this thread blocks to wait for another: Node remembers that a child's event loop runs only if it was once asked
 * while the child was alive, and only then its silence means something.
 */
export function getAcquainted(threadNumber: number): void {
  if (children.get(threadNumber)?.state === 'unknown') suspect(threadNumber);
}

/**
 * Looks whether the child of this number is dead though its exit has not been heard, as when this thread blocks, and tells `onDeath` if
 * so. Node answers this one question about a worker without an event loop of one's own: how long was its loop idle? A dead one has no
 * answer. Silent for a while it counts as dead.
 */
export function suspect(threadNumber: number): void {
  const child = children.get(threadNumber);
  if (child === undefined) return;
  const utilization = ask(child.worker);
  if (utilization === undefined) return;
  const { idle, active } = utilization;
  const silent = idle < 0 || (active === 0 && child.state !== 'unknown');
  if (!silent) child.state = active > 0 ? 'running' : 'unknown';
  else if (typeof child.state !== 'object') child.state = { silentSince: now() };
  else if (now() - child.state.silentSince >= GRACE) died(threadNumber);
}

/** What only Node can say. Deno's workers have no `performance`, Bun's throws: there only the exit tells. */
function ask(worker: Worker): { readonly idle: number; readonly active: number } | undefined {
  try {
    return worker.performance.eventLoopUtilization();
  } catch {
    return undefined;
  }
}

function died(threadNumber: number): void {
  if (!children.delete(threadNumber)) return;
  for (const each of mourners) each(threadNumber);
}
