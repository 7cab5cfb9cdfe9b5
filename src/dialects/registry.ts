/**
 * The dialects by name, and the one door through which a name or a record enters the library.
 */
import { ArgumentError, describe } from '../errors.js';
import { checkDialect } from './check.js';
import { CPYTHON } from './cpython.js';
import type { Dialect } from './dialect.js';
import { RUBY } from './ruby.js';

/** The names of the dialects that come with the package. */
export type DialectName =
  | 'cpython-2.7'
  | 'cpython-3.6'
  | 'cpython-3.7'
  | 'cpython-3.8'
  | 'cpython-3.9'
  | 'cpython-3.10'
  | 'cpython-3.11'
  | 'cpython-3.12'
  | 'cpython-3.13'
  | 'cpython-3.13t'
  | 'cpython-3.13t-gil'
  | 'cpython-3.14'
  | 'cpython-3.14t'
  | 'ruby-3.4';

const ALL = [...CPYTHON, ...RUBY] satisfies readonly (Dialect & { readonly name: DialectName })[];

/** What a new lock speaks unless told otherwise. */
export const DEFAULT_DIALECT: DialectName = 'cpython-3.13';

/** Every dialect that comes with the package, by name. */
export const dialects: Readonly<Record<DialectName, Dialect>> = Object.freeze(
  Object.fromEntries(ALL.map((dialect) => [dialect.name, Object.freeze(dialect)])) as Record<DialectName, Dialect>,
);

/** A name or a record, as a record; `undefined` is the default dialect. */
export function resolveDialect(dialect: DialectName | Dialect = DEFAULT_DIALECT): Dialect {
  if (typeof dialect === 'string') {
    if (Object.hasOwn(dialects, dialect)) return dialects[dialect];
    throw new ArgumentError(`dialect: expected one of ${Object.keys(dialects).join(', ')}, or a Dialect record; got ${describe(dialect)}`);
  }
  return checkDialect(dialect);
}
