/**
 * Whether something that came from a worker is one of the words that it may say. A task may post messages of its own, and a worker that has gone
 * wrong may say anything: what is not exactly a word of the language is nobody's, and nothing of it is looked at further.
 */
import type { FromWorker } from './messages.js';

type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const isSeq = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
/** As deep as errors are encoded, see `error-codec.ts`. */
const MAX_DEPTH = 16;

const isAnything = (): boolean => true;
const isEncoding = (value: unknown): boolean => value === 'plain' || value === 'tokens' || value === 'kinds';
const isTimes = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every((time) => Number.isFinite(time));

const SHAPES: { readonly [Kind in FromWorker['kind']]: Shape } = {
  ready: { breaker: (value) => value === undefined || (value instanceof Int32Array && value.length === 1), slot: isSeq },
  unfit: { error: (value) => isEncodedError(value) },
  fatal: { error: (value) => isEncodedError(value) },
  offspring: { state: (value) => value === 'some' || value === 'none' },
  bell: {},
  done: { seq: isSeq, value: isAnything, encoding: isEncoding, times: isTimes },
  chunk: { seq: isSeq, outcomes: (value) => Array.isArray(value) && value.every(isOutcome), times: isTimes },
  failed: { seq: isSeq, error: (value) => isEncodedError(value), times: isTimes },
  stopped: { seq: isSeq, times: isTimes },
  progress: { seq: isSeq, value: isAnything },
};

/** The message, if it is one. */
export function checkMessage(message: unknown): FromWorker | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { kind } = message as { kind?: unknown };
  if (typeof kind !== 'string' || !Object.hasOwn(SHAPES, kind)) return undefined;
  return hasShape(message, SHAPES[kind as FromWorker['kind']]) ? (message as FromWorker) : undefined;
}

function hasShape(value: object, shape: Shape): boolean {
  for (const key in shape) if (!shape[key]!((value as Record<string, unknown>)[key])) return false;
  return true;
}

function isOutcome(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, encoding, error } = value as { kind?: unknown; encoding?: unknown; error?: unknown };
  return (kind === 'value' && isEncoding(encoding)) || (kind === 'error' && isEncodedError(error));
}

/** A chain that bites its own tail is none. */
function isEncodedError(value: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return false;
  const { kind, base, className, name, message, stack, properties, cause, errors } = value as Record<string, unknown>;
  if (kind === 'value') return true;
  return (
    kind === 'error' &&
    [base, className, name, message, stack].every((part) => typeof part === 'string') &&
    typeof properties === 'object' &&
    properties !== null &&
    (cause === undefined || isEncodedError(cause, depth + 1)) &&
    (errors === undefined || (Array.isArray(errors) && errors.every((each) => isEncodedError(each, depth + 1))))
  );
}
