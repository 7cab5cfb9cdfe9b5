/**
 * CPython's `create_future(state=…)`: a future that stands alone, in each state a future can be in.
 */
import { Future } from 'gil';

export type StateName = 'pending' | 'running' | 'cancelled' | 'notified' | 'failed' | 'finished';

export const STATES: readonly StateName[] = ['pending', 'running', 'cancelled', 'notified', 'failed', 'finished'];

/** What CPython's failed future has failed with is an OSError without arguments. */
export function createFuture(state: StateName, end: { value?: number; error?: unknown } = {}): Future<number> {
  const future = new Future<number>();
  if (state === 'pending') return future;
  if (state === 'cancelled' || state === 'notified') future.cancel();
  if (state !== 'cancelled') future.setRunningOrNotifyCancel();
  if (state === 'failed') future.setException(end.error ?? new RangeError('no'));
  if (state === 'finished') future.setResult(end.value ?? 42);
  return future;
}

/** One of each, in the order of STATES. */
export function sixFutures(): Future<number>[] {
  return STATES.map((state) => createFuture(state));
}

/** What can be seen of a future. */
export function look(future: Future<unknown>): string {
  const words = [future.state, future.done() && 'done', future.cancelled() && 'cancelled', future.running() && 'running'];
  return words.filter((word) => word !== false).join(' ');
}
