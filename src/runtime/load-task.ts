/**
 * From a reference to the function: compiled from its text, or imported from its module. Each is done once per worker.
 */
import { describe, TaskExportError, TaskModuleError } from '../errors.js';
import { linkFunction } from '../transform/link.js';
import type { Looks } from '../transform/looks.js';
import type { TaskReference } from './messages.js';

/** A function that a worker runs. */
export type Callable = (...args: readonly unknown[]) => unknown;

/** This package's exports, at least those of these names. */
export type Exports = (names: readonly string[] | 'all') => Promise<Readonly<Record<string, unknown>>>;

/** What a worker knows how to run, by the keys that its pool gave the tasks. */
export class TaskLoader {
  readonly #references = new Map<number, TaskReference>();
  readonly #functions = new Map<number, Callable | Promise<Callable>>();
  readonly #looks: Looks;
  readonly #exports: Exports;
  readonly #beforeImport: () => Promise<void>;

  constructor(looks: Looks, exports: Exports, beforeImport: () => Promise<void>) {
    this.#looks = looks;
    this.#exports = exports;
    this.#beforeImport = beforeImport;
  }

  /** From now on `key` means this function. Nothing is compiled or loaded before it is called. */
  define(key: number, task: TaskReference): void {
    this.#references.set(key, task);
  }

  /** The function, or a promise of it the first time. What could not be loaded is tried anew at the next call. */
  find(key: number): Callable | Promise<Callable> {
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const loading = this.#load(key);
    this.#functions.set(key, loading);
    loading.then(
      (loaded) => this.#functions.set(key, loaded),
      () => this.#functions.delete(key),
    );
    return loading;
  }

  async #load(key: number): Promise<Callable> {
    const task = this.#references.get(key);
    if (task === undefined) throw new TaskModuleError(`this worker was never told what task ${key} is`);
    if (task.kind === 'module') {
      await this.#beforeImport();
      return exported(await importModule(task.url, task.name), task.url, task.name);
    }
    const { exports, members } = task.text.uses;
    const names = [...exports, ...members];
    // Most tasks need none of it, and loading it would cost each worker its start.
    const needed = names.length > 0 ? await this.#exports(names) : {};
    return linkFunction(task.text, this.#looks, needed) as Callable;
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
