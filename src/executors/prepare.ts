/**
 * From what a user submits to what a worker is sent: a function becomes its transformed text, a task of a module stays a reference.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { TaskReference } from '../runtime/messages.js';
import { isTask, type Task } from '../runtime/tasks.js';
import type { TaskSource } from '../transform/link.js';
import { instrumentFunction } from '../transform/task.js';
import { EXPORTS } from './exports.js';

/** Something a pool can run: a function by value, or one of a module by reference. */
export type Runnable<Args extends readonly unknown[], R> = ((...args: Args) => R) | Task<(...args: Args) => R>;

/** A task in the form that travels; `name` is for messages. */
export interface Prepared {
  readonly name: string;
  readonly reference: Exclude<TaskReference, { kind: 'known' }>;
}

let functions = 0;
const prepared = new WeakMap<TaskSource, Prepared>();

/**
 * Prepares a task for workers that speak `dialect`.
 * @throws TaskFunctionError, TaskSyntaxError, FreeVariableError
 */
export function prepareTask(task: unknown, dialect: Dialect): Prepared {
  if (isTask(task)) return { name: task.name, reference: { kind: 'module', url: task.url, name: task.name } };
  const text = instrumentFunction(task, { dialect, exports: EXPORTS });
  let result = prepared.get(text);
  if (result === undefined) {
    functions += 1;
    result = { name: text.name || 'anonymous', reference: { kind: 'function', key: functions, text } };
    prepared.set(text, result);
  }
  return result;
}
