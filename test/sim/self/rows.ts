/**
 * What is explored: a row of the table for each scene of a text, with the mutants that are to be found in it.
 */
import type { Extent } from './search.js';
import type { Mutation, Scene } from './stage.js';

/** A seeded mistake, and where it shows if not in the scene of its row. */
export interface Mutant {
  readonly mutation: Mutation;
  readonly scene?: Scene;
  readonly extent?: Extent;
}

interface Common {
  readonly text: string;
  /** Under whose rules, where that matters. */
  readonly dialects?: string;
  readonly threads: string;
  readonly extent?: Extent;
  readonly mutants?: Readonly<Record<string, Mutant>>;
}

/** One scene; or one for each step at which a thread dies, up to so many. */
export type Row = Common &
  ({ readonly scene: Scene; readonly deaths?: undefined } | { readonly scene: (steps: number) => Scene; readonly deaths: number });
