/**
 * The course: what the article does not show. Adding one is one line here and one file beside.
 */
import { atomicOperations } from './atomic-operations.js';
import { codeNobodyTransformed } from './code-nobody-transformed.js';
import type { Experiment } from './experiment.js';
import { LESSONS } from './lessons.js';
import { lostUpdates } from './lost-updates.js';
import { refcounts } from './refcounts.js';

/** In the order in which they are best read. */
export const COURSE: readonly Experiment[] = [lostUpdates, atomicOperations, ...LESSONS, refcounts, codeNobodyTransformed];
