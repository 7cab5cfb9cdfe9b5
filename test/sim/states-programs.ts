/**
 * Programs that the stateful search is tried on, and every schedule of a small one, run with the generators themselves.
 */
import { encode } from '../../src/sim/canonical.js';
import * as switchPoint from '../../src/sim/switch-point.js';

// By a name of its own: what a text says must be what it meant where it was written.
const { Point } = switchPoint;

export type Body<S> = (s: S) => Generator<unknown, unknown, never>;

export interface Counter {
  x: number;
  readonly n: number;
}

export function* increments(s: Counter) {
  for (let i = 0; i < s.n; i++) {
    yield;
    const v = s.x;
    yield;
    s.x = v + 1;
  }
}

export interface Lock {
  owner: number;
}

export function* acquire(lock: Lock, owner: number) {
  yield new Point('acquire', lock, () => lock.owner === 0);
  lock.owner = owner;
}

export function* release(lock: Lock) {
  yield;
  lock.owner = 0;
}

export interface TwoLocks {
  readonly a: Lock;
  readonly b: Lock;
}

/** Two threads that take two locks in different orders. */
export const twoLocks = {
  state: (): TwoLocks => ({ a: { owner: 0 }, b: { owner: 0 } }),
  helpers: { acquire, release, Point },
  bodies: [
    function* (s: TwoLocks) {
      yield* acquire(s.a, 1);
      yield* acquire(s.b, 1);
      yield* release(s.b);
      yield* release(s.a);
    },
    function* (s: TwoLocks) {
      yield* acquire(s.b, 2);
      yield* acquire(s.a, 2);
      yield* release(s.a);
      yield* release(s.b);
    },
  ],
};

/** How a schedule can end: in which state, with which error, or with somebody who waits for ever. */
export function outcomes<S>(state: () => S, bodies: readonly Body<S>[], most: number): Set<string> | 'too many' {
  const seen = new Set<string>();
  let schedules = 0;
  let prefix: number[] | undefined = [];
  while (prefix !== undefined) {
    schedules += 1;
    if (schedules > most) return 'too many';
    prefix = runOne(state(), bodies, prefix, seen);
  }
  return seen;
}

/** Runs one schedule: the choices that are given, then always the first; gives the next one's choices. */
function runOne<S>(s: S, bodies: readonly Body<S>[], prefix: readonly number[], seen: Set<string>): number[] | undefined {
  const threads = bodies.map((body) => ({ generator: body(s), ready: (): boolean => true }));
  let running = [...threads];
  const choices: number[] = [];
  const counts: number[] = [];
  for (;;) {
    const able = running.filter(({ ready }) => ready());
    if (able.length === 0) {
      seen.add(running.length > 0 ? 'deadlock' : encode(s));
      break;
    }
    const choice = prefix[choices.length] ?? 0;
    choices.push(choice);
    counts.push(able.length);
    const thread = able[choice]!;
    try {
      const { done, value } = thread.generator.next(0 as never);
      if (done) running = running.filter((other) => other !== thread);
      thread.ready = value instanceof Point && value.ready !== undefined ? value.ready : () => true;
    } catch {
      seen.add('error');
      break;
    }
  }
  for (let at = choices.length - 1; at >= 0; at -= 1)
    if (choices[at]! + 1 < counts[at]!) return [...choices.slice(0, at), choices[at]! + 1];
  return undefined;
}
