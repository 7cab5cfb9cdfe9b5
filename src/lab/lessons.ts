/**
 * The lessons about threads that wait for each other. Adding one is one line here and one file beside.
 */
import { boundedBuffer } from './bounded-buffer.js';
import { checkThenAct } from './check-then-act.js';
import { deadlock } from './deadlock.js';
import { diningPhilosophers } from './dining-philosophers.js';
import type { Experiment } from './experiment.js';
import { fixedByLock } from './fixed-by-lock.js';
import { readersWriters } from './readers-writers.js';

/** In the order in which they are best read. */
export const LESSONS: readonly Experiment[] = [fixedByLock, checkThenAct, deadlock, diningPhilosophers, boundedBuffer, readersWriters];
