/**
 * Items as they lie in a queue: a number is itself, anything else bytes, so that no item depends on the event loop of whoever put it.
 */
import { ArgumentError, CloneError } from '../errors.js';
import { deserialize, serialize } from '../host/serial.js';
import { handleOf } from '../host/traveller.js';
import { cloneError } from '../runtime/value-codec.js';
import { keyOf } from './queue-order.js';

/** What is not a number: its bytes, what they mean, and in a `PriorityQueue` the bytes that it is ordered by. */
export interface Packed {
  readonly format: number;
  readonly key: Uint8Array;
  readonly body: Uint8Array;
}

const CLONE = 0;
const TEXT = 1;
const NO_KEY = new Uint8Array(0);

/** In which order items leave a queue. */
export type Order = 'fifo' | 'lifo' | 'priority';

/**
 * An item as it will lie in a queue of this order.
 * @throws CloneError if it cannot be copied; ArgumentError if it has no order and needs one
 */
export function pack(item: unknown, order: Order): number | Packed {
  if (typeof item === 'number') {
    if (order === 'priority' && Number.isNaN(item))
      throw new ArgumentError('put: expected an item with an order; got NaN. Put [priority, item]');
    return item;
  }
  const key = order === 'priority' ? keyOf(item) : NO_KEY;
  if (typeof item === 'string') return { format: TEXT, key, body: Buffer.from(item, 'utf16le') };
  if (holdsShared(item, new Set())) {
    throw new CloneError(
      'put: expected plain data; got a lock, or something else made of shared memory, in the item. Such a thing cannot lie in a queue; ' +
        'give it to the threads among the arguments of their tasks',
    );
  }
  try {
    return { format: CLONE, key, body: serialize(item) };
  } catch (cause) {
    throw cloneError('argument', [item], 'put', cause);
  }
}

/** The item again; a copy, as structured clone makes it. */
export function unpack(packed: number | Packed): unknown {
  if (typeof packed === 'number') return packed;
  const { format, body } = packed;
  return format === TEXT ? Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf16le') : deserialize(body);
}

/** Whether memory that threads share is anywhere in it: as bytes it would be a copy. */
function holdsShared(value: unknown, seen: Set<object>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof SharedArrayBuffer) return true;
  if (ArrayBuffer.isView(value)) return value.buffer instanceof SharedArrayBuffer;
  if (seen.has(value)) return false;
  seen.add(value);
  if (handleOf(value) !== undefined) return true;
  const holds = (part: unknown): boolean => holdsShared(part, seen);
  if (value instanceof Map) return [...value].some(([key, part]) => holds(key) || holds(part));
  return (value instanceof Set ? [...value] : Object.values(value)).some(holds);
}
