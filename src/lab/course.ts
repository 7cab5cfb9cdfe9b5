/**
 * The lessons that the article does not give. Adding one is one line here and one file beside.
 */
import type { Experiment } from './experiment.js';
import { lostUpdates } from './lost-updates.js';

/** The course, in the order in which it is best read. */
export const COURSE: readonly Experiment[] = [lostUpdates];
