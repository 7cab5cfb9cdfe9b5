/**
 * The experiments in the order of the article's claims. Adding one is one line here and one file beside.
 */
import { cpuBound } from './cpu-bound.js';
import type { Experiment } from './experiment.js';
import { freeThreaded } from './free-threaded.js';
import { ioBound } from './io-bound.js';
import { nativeCode } from './native-code.js';
import { oneAtATime } from './one-at-a-time.js';
import { processContext } from './process-context.js';
import { processMap } from './process-map.js';
import { rightApproach } from './right-approach.js';
import { whyAGil } from './why-a-gil.js';

/** Everything that the article "The GIL Explained" claims. */
export const ARTICLE: readonly Experiment[] = [
  oneAtATime,
  whyAGil,
  cpuBound,
  ioBound,
  processMap,
  processContext,
  nativeCode,
  freeThreaded,
  rightApproach,
];
