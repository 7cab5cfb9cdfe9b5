/**
 * Runs experiments one after another and keeps what each gave. One that throws, or does not come to an end, has failed like one whose
 * claim does not hold; the others still run.
 */
import { after, now } from '../host/clock.js';
import type { Context, Experiment, Outcome } from '../lab/experiment.js';

/** Far beyond what any experiment takes, also on a busy machine. */
const LIMIT = 180_000;

/** What became of an experiment. */
export interface Result {
  readonly experiment: Experiment;
  readonly outcome: Outcome;
  readonly milliseconds: number;
  /** What it threw. */
  readonly error?: Error;
}

/** What all experiments together may spend on waiting for other programs to leave the cores alone, in ms. */
const PATIENCE = 10_000;

/** Is told what is going on. */
export type Watch = (place: { readonly index: number; readonly total: number; readonly name: string; readonly note: string }) => void;

/** Runs them in turn: two at once would measure each other. */
export async function runExperiments(experiments: readonly Experiment[], cores: number, watch: Watch): Promise<Result[]> {
  const results: Result[] = [];
  const patience = { left: PATIENCE };
  for (const [index, experiment] of experiments.entries()) {
    const progress = (note: string): void => watch({ index, total: experiments.length, name: experiment.name, note });
    progress('starting');
    results.push(await runOne(experiment, { cores, patience, progress }));
  }
  return results;
}

async function runOne(experiment: Experiment, context: Context): Promise<Result> {
  const begin = now();
  try {
    const outcome = await withinLimit(experiment.run(context));
    return { experiment, outcome, milliseconds: now() - begin };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const outcome: Outcome = { holds: false, live: `failed: ${error.message.replace(/\s+/g, ' ')}`, figures: {} };
    return { experiment, outcome, milliseconds: now() - begin, error };
  }
}

async function withinLimit<T>(run: Promise<T>): Promise<T> {
  let callOff = (): void => {};
  const late = new Promise<never>((_, reject) => {
    callOff = after(LIMIT, () => reject(new Error(`it did not come to an end within ${LIMIT / 1000} s`)));
  });
  try {
    return await Promise.race([run, late]);
  } finally {
    callOff();
  }
}
