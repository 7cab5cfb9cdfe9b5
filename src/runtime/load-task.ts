/**
 * From a reference to the function: compiled from its text, or imported from its module. Each is done once per worker.
 */
import { describe, TaskExportError, TaskModuleError } from '../errors.js';
import { linkFunction } from '../transform/link.js';
import type { Looks } from '../transform/looks.js';
import type { TaskReference } from './messages.js';

type Callable = (...args: readonly unknown[]) => unknown;

/** What a worker knows how to run. */
export class TaskLoader {
  readonly #functions = new Map<number | string, Callable>();
  readonly #looks: Looks;
  readonly #exports: () => Promise<Readonly<Record<string, unknown>>>;
  readonly #beforeImport: () => Promise<void>;

  constructor(looks: Looks, exports: () => Promise<Readonly<Record<string, unknown>>>, beforeImport: () => Promise<void>) {
    this.#looks = looks;
    this.#exports = exports;
    this.#beforeImport = beforeImport;
  }

  /** The function if it is known already: then a task runs without waiting for anything. */
  known(task: TaskReference): Callable | undefined {
    return this.#functions.get(task.kind === 'module' ? `${task.url}#${task.name}` : task.key);
  }

  /** The function, compiled or imported. */
  async load(task: TaskReference): Promise<Callable> {
    switch (task.kind) {
      case 'function': {
        const { exports, namespaces } = task.text.uses;
        // Most tasks need none of it, and loading it would cost each worker its start.
        const needed = exports.length + namespaces.length > 0 ? await this.#exports() : {};
        const run = linkFunction(task.text, this.#looks, needed) as Callable;
        this.#functions.set(task.key, run);
        return run;
      }
      case 'known':
        throw new TaskModuleError(`this worker was never sent the text of function ${task.key}`);
      case 'module': {
        await this.#beforeImport();
        const run = exported(await importModule(task.url, task.name), task.url, task.name);
        this.#functions.set(`${task.url}#${task.name}`, run);
        return run;
      }
    }
  }
}

async function importModule(url: string, name: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (cause) {
    const hint =
      Reflect.get(Object(cause), 'code') === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? ' This Node.js runs JavaScript files only: name the compiled file.'
        : '';
    throw new TaskModuleError(
      `the module of the task \`${name}\` could not be loaded: ${url}.${hint} Expected a URL such as new URL('./work.js', import.meta.url)`,
      {
        cause,
      },
    );
  }
}

function exported(module: Record<string, unknown>, url: string, name: string): Callable {
  // What a CommonJS module exports stands under `default` unless Node could tell its names.
  const { default: fallback } = module;
  const value = module[name] ?? Reflect.get(Object(fallback), name);
  if (typeof value === 'function') return value as Callable;
  const functions = Object.keys(module).filter((key) => typeof module[key] === 'function');
  throw new TaskExportError(
    `the module ${url} has no function \`${name}\` (it is ${describe(value)}); its functions are: ${functions.join(', ') || 'none'}`,
  );
}
