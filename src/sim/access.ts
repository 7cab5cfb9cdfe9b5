/**
 * One access of a move to something that threads share, as stories tell it.
 */

/** One access, for a timeline. */
export interface Access {
  readonly thread: number;
  /** How the object is reached from the state: `s.queue`. */
  readonly object: string;
  /** The property; `undefined`: the object as a whole. */
  readonly key: PropertyKey | undefined;
  readonly kind: 'read' | 'write';
  readonly before: unknown;
  readonly after: unknown;
}

/** Not what only leads to another access: `s.cache`, on the way to `s.cache.size`. Methods are no news either. */
export function isNews({ kind, after }: Pick<Access, 'kind' | 'after'>): boolean {
  return kind === 'write' || (typeof after !== 'function' && (typeof after !== 'object' || after === null));
}

/** How a property is written, as `s.list[0]`. */
export function pathOf(object: string, key: PropertyKey | undefined): string {
  if (key === undefined) return object;
  return typeof key === 'string' && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `${object}.${key}` : `${object}[${String(key)}]`;
}
