/**
 * The order of a `PriorityQueue` as bytes: a key for each item, so that threads compare items in shared memory without making them first.
 * Numbers come before bigints, these before strings, these before arrays; arrays are compared part by part, the shorter one first. A part
 * without an order (an object, `null`, `true`, `NaN`) ends the comparison: what differs only from there on is in the order of insertion.
 */
import { ArgumentError, describe } from '../errors.js';

const END = 0x00;
const UNORDERED = 0x01;
const NUMBER = 0x10;
const BIGINT = 0x20;
const STRING = 0x30;
const ARRAY = 0x40;
/** Before each code unit of a string, so that its end is before all of them. */
const MORE = 0x01;

/**
 * The key of an item that is not a number.
 * @throws ArgumentError if it has no order
 */
export function keyOf(item: unknown): Uint8Array {
  if (typeof item !== 'bigint' && typeof item !== 'string' && !Array.isArray(item)) {
    throw new ArgumentError(
      `put: expected an item with an order (a number, bigint or string, or an array that begins with one); got ${describe(item)}. ` +
        'Put [priority, item]',
    );
  }
  const bytes: number[] = [];
  append(bytes, item);
  return Uint8Array.from(bytes);
}

/** Whether the comparison may go on after it. */
function append(bytes: number[], part: unknown): 'ordered' | 'unordered' {
  if (typeof part === 'number' && !Number.isNaN(part)) {
    bytes.push(NUMBER);
    appendNumber(bytes, part);
  } else if (typeof part === 'bigint') {
    bytes.push(BIGINT);
    appendBigInt(bytes, part);
  } else if (typeof part === 'string') {
    bytes.push(STRING);
    for (let at = 0; at < part.length; at++) bytes.push(MORE, part.charCodeAt(at) >> 8, part.charCodeAt(at) & 0xff);
    bytes.push(END);
  } else if (Array.isArray(part)) {
    bytes.push(ARRAY);
    for (const each of part) if (append(bytes, each) === 'unordered') return 'unordered';
    bytes.push(END);
  } else {
    bytes.push(UNORDERED);
    return 'unordered';
  }
  return 'ordered';
}

const view = new DataView(new ArrayBuffer(8));

function appendNumber(bytes: number[], value: number): void {
  // Not −0, which equals 0.
  view.setFloat64(0, value + 0);
  const flip = view.getUint8(0) & 0x80 ? 0xff : 0;
  for (let at = 0; at < 8; at++) bytes.push(view.getUint8(at) ^ (at === 0 ? flip | 0x80 : flip));
}

/** Sign, length and magnitude; all turned round below zero. */
function appendBigInt(bytes: number[], value: bigint): void {
  const flip = value < 0n ? 0xff : 0;
  const digits = (value < 0n ? -value : value).toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const length = even.length / 2;
  bytes.push(value < 0n ? 0 : 1);
  for (const shift of [24, 16, 8, 0]) bytes.push(((length >>> shift) & 0xff) ^ flip);
  for (let at = 0; at < even.length; at += 2) bytes.push(Number.parseInt(even.slice(at, at + 2), 16) ^ flip);
}
