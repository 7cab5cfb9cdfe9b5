/**
 * The primitives of `gil/threading` on the virtual host: the same memory and the same text, in the name of a virtual thread. Each is
 * given as an attempt, because a thread first tries without waiting, and lets go of the Global Interpreter Lock only to wait (law 32).
 */
import { ArgumentError, describe } from '../../errors.js';
import type { Handle } from '../../host/traveller.js';
import { handleOf } from '../../host/traveller.js';
import { DEPTH, dropMutex, ownerIn, type Party, STATE, takeMutex } from '../../lock/mutex.js';
import type { SyncHandle } from '../../lock/object-memory.js';
import { cas, load, type Protocol, store, type Words } from '../../steps/step.js';
import type { Barrier } from '../../threading/barrier.js';
import { type Arrival, arrive } from '../../threading/barrier-text.js';
import type { Condition, ConditionHandle } from '../../threading/condition.js';
import { awaitNotify, notifyOldest } from '../../threading/condition-text.js';
import { BrokenBarrierError, SemaphoreReleaseError } from '../../threading/errors.js';
import { awaitFlag, type Event, lower, raise } from '../../threading/event.js';
import type { Lock } from '../../threading/lock.js';
import { notOwner, unheldLock } from '../../threading/misuse.js';
import { givePermits, takePermit, VALUE } from '../../threading/permits.js';
import type { RLock } from '../../threading/rlock.js';
import type { Semaphore } from '../../threading/semaphore.js';

/** What can be acquired and released. */
export type Acquirable = Lock | RLock | Semaphore;
/** What can be waited for. */
export type Waitable = Event | Condition | Barrier;

/** Now or never. */
export const AT_ONCE = Number.NEGATIVE_INFINITY;

/** A text that waits until a time on the virtual clock, which may be `AT_ONCE`. */
export type Attempt<T> = (until: number) => Protocol<T>;

const LOCKS = ['lock', 'rlock'];
const SEMAPHORES = ['semaphore', 'bounded-semaphore'];

/** What stands behind an object of `gil/threading`. */
interface Opened {
  readonly kind: string;
  readonly words: Words;
  readonly handle: SyncHandle;
}

const opened = new WeakMap<Handle, Opened>();

function open(object: unknown, method: string, kinds: readonly string[]): Opened {
  const handle = typeof object === 'object' && object !== null ? (handleOf(object) as SyncHandle | undefined) : undefined;
  const kind = handle?.kind.replace('gil/threading/', '') ?? '';
  if (handle === undefined || !kinds.includes(kind)) {
    throw new ArgumentError(`t.${method}: expected an object of gil/threading (${kinds.join(', ')}); got ${describe(object)}`);
  }
  const known = opened.get(handle) ?? { kind, words: new Int32Array(handle.memory), handle };
  opened.set(handle, known);
  return known;
}

/** Its name, for messages. */
export function nameOf(object: Acquirable | Waitable): string {
  const { kind, handle } = open(object, 'acquire', [...LOCKS, ...SEMAPHORES, 'event', 'condition', 'barrier']);
  const owner = LOCKS.includes(kind) ? ownerIn(new Int32Array(handle.memory)[STATE]!) : 0;
  return `the ${kind} '${handle.name}'${owner === 0 ? '' : `, which thread number ${owner} holds`}`;
}

function party(words: Words, number: number): Party {
  return { words, number, suspect: () => {} };
}

/** Takes it. */
export function acquiring(object: Acquirable, number: number): Attempt<boolean> {
  const { kind, words } = open(object, 'acquire', [...LOCKS, ...SEMAPHORES]);
  if (SEMAPHORES.includes(kind)) return (until) => (until === AT_ONCE ? tryPermit(words) : takePermit(words, until));
  return (until) => (kind === 'rlock' && ownerIn(words[STATE]!) === number ? deepen(words, 1) : takeMutex(party(words, number), until));
}

/** Lets go of it. */
export function* releasing(object: Acquirable, number: number): Protocol<void> {
  const { kind, words, handle } = open(object, 'release', [...LOCKS, ...SEMAPHORES]);
  if (SEMAPHORES.includes(kind)) {
    if (yield* givePermits(words, 1)) return;
    throw new SemaphoreReleaseError(
      `t.release: expected '${handle.name}' to be released as often as acquired; it has as many permits as at first`,
    );
  }
  if (kind === 'rlock') {
    const owner = ownerIn(yield load(words, STATE));
    if (owner !== number) throw notOwner('t.release', 'lock', handle.name, owner);
    if ((yield load(words, DEPTH)) > 0) {
      yield* deepen(words, -1);
      return;
    }
  }
  if (!(yield* dropMutex({ words }))) throw unheldLock('t.release', 'lock', handle.name);
}

/** Waits for it: `false` if the time was up first; a barrier gives the number of the arrival, and throws if it breaks. */
export function waiting(object: Waitable, number: number): Attempt<boolean | number> {
  const { kind, words, handle } = open(object, 'wait', ['event', 'condition', 'barrier']);
  if (kind === 'event') return (until) => awaitFlag(words, until);
  if (kind === 'barrier') return (until) => arrival(party(words, number), until, handle.name);
  const lock = party(new Int32Array((handle as ConditionHandle).lock.memory), number);
  return function* (until) {
    if (until === AT_ONCE) return false;
    yield* checkOwner(lock, 't.wait', handle.name);
    return (yield* awaitNotify({ words, lock }, until)) === 'notified';
  };
}

/** Sets an event, or clears it. */
export function setting(event: Event, to: 'set' | 'clear'): Protocol<void> {
  const { words } = open(event, to, ['event']);
  return to === 'set' ? raise(words) : lower(words);
}

/** Notifies some of those who wait at a condition. */
export function* notifying(condition: Condition, number: number, count: number): Protocol<number> {
  const { words, handle } = open(condition, 'notify', ['condition']);
  yield* checkOwner(party(new Int32Array((handle as ConditionHandle).lock.memory), number), 't.notify', handle.name);
  return yield* notifyOldest(words, count);
}

function* checkOwner({ words, number }: Party, method: string, name: string): Protocol<void> {
  const owner = ownerIn(yield load(words, STATE));
  if (owner !== number) throw notOwner(method, 'lock of the condition', name, owner);
}

function* arrival(self: Party, until: number, name: string): Protocol<number | false> {
  const how: Arrival = yield* arrive(self, until, 'none', until === AT_ONCE ? 'at-once' : 'wait');
  if (typeof how === 'object') return how.index;
  if (how === 'would wait') return false;
  throw new BrokenBarrierError(`t.wait: the barrier '${name}' is broken${how === 'late' ? ': the time of this wait was up' : ''}`);
}

function* deepen(words: Words, change: number): Protocol<true> {
  yield store(words, DEPTH, (yield load(words, DEPTH)) + change);
  return true;
}

/** As live: without a word to others that one waits. */
function* tryPermit(words: Words): Protocol<boolean> {
  for (let value = yield load(words, VALUE); value > 0; ) {
    const seen = yield cas(words, VALUE, value, value - 1);
    if (seen === value) return true;
    value = seen;
  }
  return false;
}
