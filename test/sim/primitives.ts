/**
 * A mutex and a condition for hand-written threads, as simple as they get, and made of plain data. An acquire, a wait and a signal are switch
 * points, a release is none; who is signalled stands before its mutex again, and competes with all others for it.
 */
import { Point, type VirtualThread } from '../../src/sim/switch-point.js';
import { world } from '../../src/sim/world.js';

export interface Mutex {
  owner: number;
}

export const mutex = (): Mutex => ({ owner: -1 });

export function* acquire(m: Mutex): VirtualThread<void> {
  yield new Point('acquire', m, () => m.owner < 0);
  m.owner = world.thread;
}

export function release(m: Mutex): void {
  m.owner = -1;
}

export interface Condition {
  next: number;
  readonly queue: number[];
  readonly woken: Record<number, boolean>;
}

export const condition = (): Condition => ({ next: 0, queue: [], woken: {} });

export function* wait(c: Condition, m: Mutex): VirtualThread<void> {
  yield new Point('wait', c);
  const ticket = c.next;
  c.next += 1;
  c.queue.push(ticket);
  release(m);
  yield new Point('acquire', m, () => c.woken[ticket] === true && m.owner < 0);
  m.owner = world.thread;
}

export function* signal(c: Condition): VirtualThread<void> {
  yield new Point('notify', c);
  const ticket = c.queue.shift();
  if (ticket !== undefined) c.woken[ticket] = true;
}
