/**
 * Which objects can be watched. An object is watched by a proxy that stands for it, and not everything bears that: private fields and natives
 * know their own objects only.
 */
import { Barrier } from '../threading/barrier.js';
import { Condition } from '../threading/condition.js';
import { Event } from '../threading/event.js';
import { Lock } from '../threading/lock.js';
import { LifoQueue, PriorityQueue, Queue } from '../threading/queue.js';
import { RLock } from '../threading/rlock.js';
import { BoundedSemaphore, Semaphore } from '../threading/semaphore.js';
import { SimpleQueue } from '../threading/simple-queue.js';

/**
 * - `properties`: every access to a property can be seen
 * - `entries`: a `Map` or a `Set`, of which it can be seen that it was read or written, not where
 * - `contained`: what is done to it cannot be seen, but it refers to nothing else that threads share
 * - `closed`: what is done to it cannot be seen, nor to what it refers to
 */
export type Kind = 'properties' | 'entries' | 'contained' | 'closed';

/** Only these themselves: a class that extends one of them may refer to anything. */
const CONTAINED = [
  Lock,
  RLock,
  Condition,
  Semaphore,
  BoundedSemaphore,
  Event,
  Barrier,
  Queue,
  LifoQueue,
  PriorityQueue,
  SimpleQueue,
  Date,
  RegExp,
  ArrayBuffer,
  SharedArrayBuffer,
];

/** Of prototypes: those of classes of which nothing is hidden. */
const known = new WeakMap<object, Kind>([
  [Object.prototype, 'properties'],
  [Array.prototype, 'properties'],
  [Map.prototype, 'entries'],
  [Set.prototype, 'entries'],
  ...CONTAINED.map(({ prototype }): [object, Kind] => [prototype, 'contained']),
]);

export function kindOf(object: object): Kind {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null) return 'properties';
  if (Object.hasOwn(object, Symbol.toStringTag) || ArrayBuffer.isView(object) || typeof object === 'function') {
    return ArrayBuffer.isView(object) ? 'contained' : 'closed';
  }
  // `arguments` and such have the prototype of plain objects without being any.
  if (prototype === Object.prototype && Object.prototype.toString.call(object) !== '[object Object]') return 'closed';
  return kindOfClass(prototype as object);
}

function kindOfClass(prototype: object): Kind {
  const remembered = known.get(prototype);
  if (remembered !== undefined) return remembered;
  const kind = judge(prototype);
  known.set(prototype, kind);
  return kind;
}

/** Text that can only be there if a class has private fields; comments count too, which does no harm. */
const PRIVATE = /#|__private|__classPrivate|WeakMap/;

function judge(prototype: object): Kind {
  for (let at: object = prototype; at !== Object.prototype && at !== Array.prototype; ) {
    const maker: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    // Without a class the prototype is an object like any other, and changes to it would not be seen.
    if (typeof maker !== 'function') return 'closed';
    const text = Function.prototype.toString.call(maker);
    if (!text.startsWith('class') || PRIVATE.test(text)) return 'closed';
    const next: unknown = Object.getPrototypeOf(at);
    if (typeof next !== 'object' || next === null) return 'closed';
    at = next;
  }
  return 'properties';
}
