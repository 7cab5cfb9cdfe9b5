/**
 * From what a user submits to what a worker is sent: a function becomes its transformed text, a task of a module stays a reference. Each has
 * a key, under which a worker knows it once it has been told.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { StartData, TaskReference } from '../runtime/messages.js';
import { isTask, type Task } from '../runtime/tasks.js';
import { encodeArguments } from '../runtime/value-codec.js';
import { instrumentFunction } from '../transform/task.js';
import { EXPORTS } from './exports.js';

/** Something a pool can run: a function by value, or one of a module by reference. */
export type Runnable<Args extends readonly unknown[], R> = ((...args: Args) => R) | Task<(...args: Args) => R>;

/** A task in the form that travels; `name` is for messages. */
export interface Prepared {
  readonly key: number;
  readonly name: string;
  readonly reference: TaskReference;
}

let keys = 0;
const functions = new WeakMap<object, Prepared>();
const exported = new Map<string, Prepared>();

/**
 * Prepares a task for workers that speak `dialect`.
 * @throws TaskFunctionError, TaskSyntaxError, FreeVariableError
 */
export function prepareTask(task: unknown, dialect: Dialect): Prepared {
  if (isTask(task)) return prepareExport(task);
  const text = instrumentFunction(task, { dialect, exports: EXPORTS });
  let prepared = functions.get(text);
  if (prepared === undefined) {
    prepared = { key: ++keys, name: text.name || 'anonymous', reference: { kind: 'function', text } };
    functions.set(text, prepared);
  }
  return prepared;
}

function prepareExport({ url, name }: Task<unknown>): Prepared {
  const path = `${url}#${name}`;
  let prepared = exported.get(path);
  if (prepared === undefined) {
    prepared = { key: ++keys, name, reference: { kind: 'module', url, name } };
    exported.set(path, prepared);
  }
  return prepared;
}

/** What a worker is to run before its first call. */
export function prepareInitializer(task: unknown, args: readonly unknown[], dialect: Dialect): StartData['initializer'] {
  return task === undefined ? undefined : { task: prepareTask(task, dialect).reference, ...encodeArguments(args) };
}
