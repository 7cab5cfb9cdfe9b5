/**
 * A dialect that somebody wrote, checked field by field before a lock lives by it: a forgotten or misspelt rule is an error here, not
 * a thread that waits for ever.
 */
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import type { Dialect, LookPlace } from './dialect.js';

const CHOICES = {
  lock: ['global', 'none'],
  afterDrop: ['wait-for-switch', 'race'],
  next: ['whoever-comes-first', 'longest-waiting'],
  slice: ['interval', 'interval-doubled-by-rank'],
  preemption: ['after-the-slice', 'at-once-by-higher-rank'],
} as const satisfies { [K in keyof Dialect]?: readonly Dialect[K][] };

const LOOKS: readonly LookPlace[] = [
  'function-entry',
  'backward-jump',
  'after-call',
  'after-native-call',
  'taken-branch',
  'every-operation',
];

const REQUESTS = ['waiter', 'timer', 'ticks', 'nobody'];
const RANKS = ['nobody', 'program', 'behaviour'];

/** The farthest a rank may be from 0: a slice is doubled or halved for each. */
export const MAX_RANK = 8;

/** Checks a record; gives it back. */
export function checkDialect(dialect: unknown): Dialect {
  if (typeof dialect !== 'object' || dialect === null)
    throw new ArgumentError(`dialect: expected a name such as 'cpython-3.13', or a Dialect record; got ${describe(dialect)}`);
  const record = dialect as Dialect;
  if (typeof record.name !== 'string' || record.name === '') refuse('name', 'a name', record.name);
  for (const [field, choices] of Object.entries(CHOICES)) oneOf(field, choices, Reflect.get(record, field));
  checkRequest(record);
  checkRank(record);
  if (typeof record.switchInterval !== 'number') refuse('switchInterval', 'milliseconds', record.switchInterval);
  if (!(record.switchInterval > 0)) outOfRange('switchInterval', 'milliseconds above 0', record.switchInterval);
  for (const field of ['looks', 'quietCalls', 'sources'] as const) {
    const list: unknown = record[field];
    if (!Array.isArray(list)) refuse(field, 'an array', list);
  }
  for (const look of record.looks) oneOf('looks', LOOKS, look);
  return record;
}

function checkRequest({ request, lock }: Dialect): void {
  oneOf('request.by', REQUESTS, (request as { by?: unknown } | undefined)?.by);
  if (request.by === 'timer' && !(request.tick > 0)) outOfRange('request.tick', 'milliseconds above 0', request.tick);
  if (request.by === 'ticks' && !(Number.isInteger(request.ticks) && request.ticks > 0))
    outOfRange('request.ticks', 'a whole number above 0', request.ticks);
  if (request.by === 'nobody' && lock === 'global')
    throw new ArgumentError(
      "dialect: `request: { by: 'nobody' }` with `lock: 'global'` would never switch; say who asks: 'waiter', 'timer', 'ticks'",
    );
}

function checkRank({ rank }: Dialect): void {
  oneOf('rank.by', RANKS, (rank as { by?: unknown } | undefined)?.by);
  const ranks =
    rank.by === 'program'
      ? [rank.lowest, rank.highest]
      : rank.by === 'behaviour'
        ? [rank.first, rank.afterForcedDrop, rank.afterVoluntaryDrop]
        : [];
  for (const each of ranks) {
    if (!(Number.isInteger(each) && Math.abs(each) <= MAX_RANK)) outOfRange('rank', `whole numbers from ${-MAX_RANK} to ${MAX_RANK}`, each);
  }
}

function oneOf(field: string, choices: readonly unknown[], value: unknown): void {
  if (!choices.includes(value)) refuse(field, choices.map((choice) => `'${choice}'`).join(', '), value);
}

function refuse(field: string, expected: string, value: unknown): never {
  throw new ArgumentError(
    `dialect.${field}: expected ${expected}; got ${describe(value)}. Start from one that exists: { ...dialects['cpython-3.13'], name: 'mine' }`,
  );
}

function outOfRange(field: string, expected: string, value: unknown): never {
  throw new OutOfRangeError(`dialect.${field}: expected ${expected}; got ${describe(value)}`);
}
