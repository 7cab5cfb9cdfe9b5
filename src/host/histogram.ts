/**
 * Histograms, as the platform makes them: cheap to record into, exact to three digits.
 */
export { createHistogram, type RecordableHistogram as Histogram } from 'node:perf_hooks';
