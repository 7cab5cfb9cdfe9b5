/**
 * `gil/transform`: looks in ordinary JavaScript, and functions made ready for another thread.
 *
 * @packageDocumentation
 */
export type { Dialect, LookPlace, RequestRule } from './dialects/dialect.js';
export type { DialectName } from './dialects/registry.js';
export { type Instrumented, type InstrumentOptions, instrument } from './transform/instrument.js';
export { linkFunction, type TaskSource, type TaskUses } from './transform/link.js';
export { createLooks, type LookName, type Looks, type LooksSupply, publishLooks } from './transform/looks.js';
export { type MethodPlaces, type Origins, originsIn } from './transform/origin-table.js';
export type { SourceType } from './transform/syntax.js';
export { type InstrumentFunctionOptions, instrumentFunction } from './transform/task.js';
