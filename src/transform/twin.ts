/**
 * The name under which a function keeps its twin: a generator function that does the same, and yields wherever another thread may run.
 * A symbol of the registry, so that texts transformed apart from each other, and two copies of this package, agree on it.
 */
export const TWIN: unique symbol = Symbol.for('gil.twin') as never;
