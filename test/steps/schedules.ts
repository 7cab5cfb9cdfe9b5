/**
 * Protocol texts under every schedule with few preemptions. Sleepers sleep until they are woken, as if no time ever passed, so one that is
 * forgotten sleeps for ever, and the run gets stuck.
 */
import { perform } from '../../src/steps/perform.js';
import { CHANGED, type Protocol, type Step, WOKEN, type Words } from '../../src/steps/step.js';

/** A program made anew for each run: its threads, and what must hold when all have ended. */
export interface Program {
  readonly threads: readonly Protocol<void>[];
  /** What is wrong, or nothing. Called when the run is stuck, or over. */
  readonly verdict?: (end: 'over' | 'stuck') => string;
}

/** A time limit that is over by the time anybody wakes up: time is the number of the step. */
export const LIMIT = 12;

class Thread {
  readonly #program: Protocol<void>;
  turn: IteratorResult<Step, void>;
  /** The sleep it is in. */
  sleep: Step | undefined;

  constructor(program: Protocol<void>) {
    this.#program = program;
    this.turn = program.next();
  }

  get isRunnable(): boolean {
    return !this.turn.done && this.sleep === undefined;
  }

  resume(result: number): void {
    this.sleep = undefined;
    this.turn = this.#program.next(result);
  }
}

/** One run. `preempt` says at which steps another thread goes on, and which: the others run as long as they can. */
export function run(make: () => Program, preempt: ReadonlyMap<number, number>): { readonly steps: number; readonly failure: string } {
  const { threads: programs, verdict = (end) => (end === 'stuck' ? 'forgotten' : '') } = make();
  const threads = programs.map((program) => new Thread(program));
  const asleep: Thread[] = [];
  const wake = (words: Words, index: number, most: number): number => {
    const woken = asleep.filter(({ sleep }) => sleep?.words === words && sleep.index === index).slice(0, most);
    for (const each of woken) {
      asleep.splice(asleep.indexOf(each), 1);
      each.resume(WOKEN);
    }
    return woken.length;
  };
  let current = 0;
  for (let step = 0; ; step += 1) {
    const wanted = preempt.get(step);
    if (wanted !== undefined && threads[(current + wanted) % threads.length]?.isRunnable) current = (current + wanted) % threads.length;
    for (let tries = 0; tries < threads.length && !threads[current]?.isRunnable; tries += 1) current = (current + 1) % threads.length;
    const thread = threads[current];
    if (thread === undefined || thread.turn.done || !thread.isRunnable) {
      return { steps: step, failure: verdict(threads.some(({ turn }) => !turn.done) ? 'stuck' : 'over') };
    }
    const { operation, words, index, first } = thread.turn.value;
    if (operation === 'wait') {
      if (Atomics.load(words, index) !== first) thread.resume(CHANGED);
      else {
        thread.sleep = thread.turn.value;
        asleep.push(thread);
      }
    } else if (operation === 'notify') thread.resume(wake(words, index, first));
    else thread.resume(operation === 'now' ? step : perform(thread.turn.value));
  }
}

/** Every schedule with up to `bound` preemptions. */
export function explore(make: () => Program, bound: number): { readonly schedules: number; readonly failure: string } {
  let schedules = 0;
  const others = make().threads.length - 1;
  const visit = (preempt: Map<number, number>, from: number, left: number): string => {
    schedules += 1;
    const { steps, failure } = run(make, preempt);
    if (failure !== '') return `${failure} with preemptions at ${JSON.stringify([...preempt])}`;
    if (left === 0) return '';
    for (let step = from; step < steps; step += 1) {
      for (let other = 1; other <= others; other += 1) {
        const found = visit(new Map([...preempt, [step, other]]), step + 1, left - 1);
        if (found !== '') return found;
      }
    }
    return '';
  };
  const failure = visit(new Map(), 0, bound);
  return { schedules, failure };
}
