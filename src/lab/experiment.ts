/**
 * What an experiment is: one claim of the article or one lesson of the course as data, plus a run that measures it here and says whether it
 * holds. The command line prints these records; it knows nothing about any single one.
 */

import type { Patience } from './measure.js';

/** One claim, and how to put it to the test. */
export interface Experiment {
  /** What it is called on the command line. */
  readonly name: string;
  /** The claim, in a few words. */
  readonly claim: string;
  /** What somebody who doubts the claim would ask. */
  readonly question: string;
  /** The figure that the article publishes; `no figure` if it has none. */
  readonly article: string;
  /** What real interpreters gave, each with its version. */
  readonly cpython: string;
  /** When the claim holds here. */
  readonly expectation: string;
  run(context: Context): Promise<Outcome>;
}

/** What an experiment is given. */
export interface Context {
  /** How many cores there are to run on. */
  readonly cores: number;
  /** What the run may spend on waiting for a quiet machine. */
  readonly patience: Patience;
  /** Says what is going on now, for whoever watches. */
  progress(note: string): void;
}

/** What an experiment found. */
export interface Outcome {
  readonly holds: boolean;
  /** The finding in one line, with units. */
  readonly live: string;
  /** The numbers behind it; a name says its unit unless it is a count or a ratio. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** What a reader should know besides, a sentence or two each. */
  readonly notes?: readonly string[];
  /** The findings one by one, if they are too many for a line. */
  readonly grid?: Grid;
}

/** Findings in rows and columns. */
export interface Grid {
  /** What stands in the cells. */
  readonly title: string;
  readonly columns: readonly string[];
  /** Each with a cell for every column. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly GridCell[] }[];
}

/** One of them, and whether it is as expected. */
export interface GridCell {
  readonly text: string;
  readonly holds: boolean;
}
