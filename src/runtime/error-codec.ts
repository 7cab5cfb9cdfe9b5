/**
 * How an error crosses from one thread or process to another. Structured clone keeps a built-in class, message, stack and cause and
 * loses the rest; here the name, own properties, the cause chain and AggregateError's errors survive too, and what is thrown need not
 * be an error at all.
 */
import * as own from '../errors.js';
import { OWN_FILES } from '../host/files.js';

/** Something thrown, in a form that every channel can carry. */
export type EncodedError =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error';
      /** The nearest class of it that every thread knows, and the class itself. */
      readonly base: string;
      readonly className: string;
      readonly name: string;
      readonly message: string;
      readonly stack: string;
      readonly properties: Readonly<Record<string, unknown>>;
      readonly cause?: EncodedError;
      readonly errors?: readonly EncodedError[];
    };

/** The classes that a name is made into again; any other class becomes one of that name, derived from the nearest of these. */
const PROTOTYPES: ReadonlyMap<string, Error> = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError, ...Object.values(own)]
    .map((each): unknown => each.prototype)
    .filter((prototype) => isError(prototype))
    .map((prototype) => [prototype.name, prototype]),
);

const NAMES: ReadonlyMap<object, string> = new Map([...PROTOTYPES].map(([name, prototype]) => [prototype, name]));

/** A cause chain longer than this is cut: one that bites its own tail would never end. */
const DEPTH = 16;

/** Makes anything thrown ready to be sent, even what throws when it is looked at. */
export function encodeError(thrown: unknown): EncodedError {
  try {
    return encode(thrown, 0);
  } catch (error) {
    return encode(new Error('something was thrown that cannot be read', { cause: isError(error) ? error.message : undefined }), 0);
  }
}

function encode(thrown: unknown, depth: number): EncodedError {
  if (!isError(thrown)) return { kind: 'value', value: sendable(thrown) };
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(thrown)) {
    if (key !== 'cause' && key !== 'errors' && key !== 'stack' && key !== 'message') properties[key] = sendable(Reflect.get(thrown, key));
  }
  const deeper = depth < DEPTH;
  const base = baseOf(thrown);
  return {
    kind: 'error',
    base,
    className: classOf(thrown) ?? base,
    name: String(thrown.name),
    message: String(thrown.message),
    stack: withoutOwnFrames(String(thrown.stack)),
    properties,
    ...(deeper && 'cause' in thrown ? { cause: encode(thrown.cause, depth + 1) } : {}),
    ...(deeper && 'errors' in thrown && Array.isArray(thrown.errors)
      ? { errors: thrown.errors.map((each: unknown) => encode(each, depth + 1)) }
      : {}),
  };
}

/** The other way: an error of the class it had where that class is known here, of its name otherwise. */
export function decodeError(encoded: EncodedError): unknown {
  if (encoded.kind === 'value') return encoded.value;
  const error = encoded.errors === undefined ? new Error(encoded.message) : new AggregateError(encoded.errors.map(decodeError));
  // Not constructed: the constructors of this package's own classes want more than a message, and the properties are sent anyway.
  Object.setPrototypeOf(error, prototypeFor(encoded.base, encoded.className));
  const hidden = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
  };
  hidden('message', encoded.message);
  hidden('stack', encoded.stack);
  if (encoded.cause !== undefined) hidden('cause', decodeError(encoded.cause));
  if (error.name !== encoded.name) hidden('name', encoded.name);
  for (const [key, value] of Object.entries(encoded.properties)) {
    Object.defineProperty(error, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

function baseOf(error: Error): string {
  for (let at: unknown = Object.getPrototypeOf(error); at instanceof Object; at = Object.getPrototypeOf(at)) {
    const name = NAMES.get(at);
    if (name !== undefined) return name;
  }
  // Of another realm: its classes are known by name only.
  return PROTOTYPES.has(error.name) ? error.name : 'Error';
}

function classOf(error: Error): string | undefined {
  const name: unknown = Reflect.get(Object(error.constructor), 'name');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

const derived = new Map<string, Error>();
/** How many classes are remembered. Names are made up by workers, and may be any number. */
const CLASSES = 256;

/** The prototype of a class of this name. One that is not known here is made, so that an error says what it was. */
function prototypeFor(base: string, className: string): Error {
  const known = PROTOTYPES.get(base) ?? Error.prototype;
  if (className === base) return known;
  const path = `${base}/${className}`;
  let prototype = derived.get(path);
  if (prototype === undefined) {
    const Base = known.constructor as ErrorConstructor;
    prototype = { [className]: class extends Base {} }[className]!.prototype;
    if (derived.size < CLASSES) derived.set(path, prototype);
  }
  return prototype;
}

/** A stack without its end, where this package called the task: nobody looks for a fault there. */
function withoutOwnFrames(stack: string): string {
  const lines = stack.split('\n');
  let end = lines.findLastIndex((line) => line.includes(`#call (${OWN_FILES.href}`));
  if (end < 0) end = lines.length;
  while (end > 1 && isOwnFrame(lines[end - 1]!)) end -= 1;
  return lines.slice(0, end).join('\n');
}

function isOwnFrame(line: string): boolean {
  return /^\s+at /.test(line) && (line.includes(OWN_FILES.href) || /node:internal|\[nodejs/.test(line));
}

/** Errors from other realms count too, so no `instanceof`. */
function isError(value: unknown): value is Error {
  return value === Error.prototype || value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** The value if it can be cloned, else its description. */
function sendable(value: unknown): unknown {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')) return value;
  try {
    return structuredClone(value);
  } catch {
    return own.describe(value);
  }
}
