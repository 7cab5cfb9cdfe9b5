/**
 * The modules of tasks that the tests use: by reference, so what is said of them holds for the module in each worker.
 */
import { type Task, tasks } from 'gil';

const at = (file: string): URL => new URL(`../../fixtures/work/${file}`, import.meta.url);

interface Initialized {
  initialize(value: string): void;
  getStatus(): string;
  getInitializations(): [number, string];
  failToInitialize(): void;
}

export const INITIALIZED_URL = at('initialized.js');

export const initialized = tasks<Initialized>(INITIALIZED_URL);

/** A task whose module ends the worker while it loads. */
export const exitsOnLoad: Task<() => void> = tasks<{ fine(): void }>(at('exits.js')).fine;

/** A task whose module kills the worker while it loads. */
export const crashesOnLoad: Task<() => void> = tasks<{ fine(): void }>(at('crashes.js')).fine;
