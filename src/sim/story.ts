/**
 * What moves did, in words: which properties they read and wrote.
 */
import { inspect } from 'node:util';
import { type Access, isNews, pathOf } from './access.js';
import { describePoint, placeOf } from './labels.js';
import type { Point, SwitchPoint } from './switch-point.js';

/** A move, as it was watched. */
export interface Move {
  readonly thread: number;
  /** Where it began. */
  readonly point: SwitchPoint;
  readonly accesses: readonly Access[];
  /** Calls that it made on the way. */
  readonly calls: readonly Point[];
}

/** Accesses that a line tells; the others are said to be there. */
const TOLD = 3;

/** A move in one line. */
export function tellMove({ point, accesses, calls }: Move): string {
  const news = [...calls.map(describePoint), ...newsIn(accesses)];
  if (news.length === 0) return describePoint(point);
  const told = [...news.slice(0, TOLD), ...(news.length > TOLD ? ['…'] : [])].join(', ');
  const place = placeOf(point);
  return place === '·' ? told : `${place}  ${told}`;
}

/** Accesses worth telling, each once. */
function newsIn(accesses: readonly Access[]): string[] {
  const news = accesses.filter((access) => isNews(access) && !isBookkeeping(access, accesses));
  return news.map(tellAccess).filter((text, at, all) => text !== all[at - 1]);
}

/** What another access of the move says too: the length of an array beside its element, what was read beside what it became. */
function isBookkeeping({ object, key, kind, after }: Access, all: readonly Access[]): boolean {
  const written = all.filter((other) => other.kind === 'write' && other.object === object);
  if (key === 'length') return written.some((other) => other.key !== 'length');
  return kind === 'read' && key !== undefined && written.some((other) => other.key === key && other.before === after);
}

function tellAccess({ object, key, kind, before, after }: Access): string {
  const path = pathOf(object, key);
  // Of a Map or a Set it is known that it was read or changed, not what it held.
  if (key === undefined) return kind === 'read' ? `reads ${path}` : `changes ${path}`;
  return kind === 'read' ? `${path} → ${show(after)}` : `${path}: ${show(before)} → ${show(after)}`;
}

/** What is told of a value: numbers and texts are the usual case. */
export function show(value: unknown): string {
  if (typeof value === 'function') return value.name || 'a function';
  const text = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, compact: true });
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
