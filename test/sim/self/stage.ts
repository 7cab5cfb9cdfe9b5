/**
 * Protocol texts as programs for the engine: each thread is a text, followed step by step, so that a search can tell states apart, a mutant
 * can change a step, time can pass at any moment, and a thread can die.
 */
import type { Program } from '../../../src/sim/program.js';
import type { Moment } from '../../../src/sim/strategy.js';
import { Point, type SwitchPoint, type VirtualThread } from '../../../src/sim/switch-point.js';
import { world } from '../../../src/sim/world.js';
import { perform, withdrawal } from '../../../src/steps/perform.js';
import { add, type Protocol, Step, TIMED_OUT, type Words } from '../../../src/steps/step.js';

/** What is on the stage in one schedule. */
export interface Cast {
  /** All memory by which states differ. */
  readonly words: readonly Words[];
  readonly threads: readonly VirtualThread[];
  /** What must hold after each step, of the memory. */
  readonly always?: () => unknown;
  /** What must hold when all have ended. */
  readonly after?: () => unknown;
  /** Steps on words that nobody else touches while the thread is there: nobody could tell when they are done. */
  readonly quiet?: Which;
  /** Loops in which a thread depends on nothing that it was told in an earlier turn. */
  readonly loops?: readonly Loop[];
  /** What threads keep to themselves and no step shows: read from shared words between two steps, or counted for `after`. */
  readonly locals?: () => readonly number[];
}

/** A loop of a text that sleeps at the end of a turn: after the step `enters`, or where it forgot all, and after each sleep, a thread knows the same. */
export interface Loop {
  readonly enters: Which | 'where it forgot';
  readonly sleeps: Which;
}

/** Makes what is on the stage, anew for each schedule. */
export type Scene = (stage: Stage) => Cast;

/** Some of the steps of a thread. */
export type Which = (step: Step, thread: number) => boolean;

/** A step taken, and another answer given than it gives. */
export interface Misheard {
  readonly step: Step;
  readonly answer: number;
}

/** What a mutant makes of a step: another one, nothing but an answer, or nothing else. Called anew for each thread and schedule. */
export type Mutation = (thread: number) => (step: Step) => Step | number | Misheard;

/** As the text is written. */
export const AS_WRITTEN: Mutation = () => (step) => step;

/**
 * For whom time passes when nobody can move: for those only who keep a time limit, so that whoever is forgotten sleeps for ever; or also for those
 * who sleep in naps, to see whether whom they wait for is alive.
 */
export type Time = 'limits' | 'naps';

/** A time limit. Every nap is longer. */
export const LIMIT = 2;

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

/** The number of any number, so that infinities and fractions are told apart, too. */
const toWord = (value: number): number => (Number.isInteger(value) ? value | 0 : Number.isFinite(value) ? (value * 1000) | 0 : 0x7fed_cba9);

export class Stage {
  cast: Cast = { words: [], threads: [] };
  /** What `now` tells; only a clock moves it, unless time passes when nobody can move. */
  time = 0;
  /** How many sleeps are over because their time was up: the next ones to be woken are told so. */
  late = 0;
  /** Who died, from 0, or -1. */
  dead = -1;
  inside = 0;
  /** Of each thread: a digest of all it has been told since it last forgot, and how often it has stood before a step. */
  readonly #histories: number[] = [];
  readonly #others: number[] = [];
  readonly stops: number[] = [];
  /** What each thread knew when it had just forgotten. */
  readonly bases: (readonly [number, number])[] = [];

  /** A thread is where only one may be. */
  enter(): void {
    this.inside += 1;
    if (this.inside > 1) throw new Error('two inside');
  }
  leave(): void {
    this.inside -= 1;
  }

  /** From here on a thread depends on nothing that it was told before but these values. */
  forget(thread: number, ...values: readonly number[]): void {
    this.#histories[thread] = 1;
    this.#others[thread] = 2;
    for (const value of values) this.note(thread, value);
    this.bases[thread] = this.memoryOf(thread);
  }

  /** What a thread knows, to be gone back to. */
  memoryOf(thread: number): readonly [number, number] {
    return [this.#histories[thread] ?? 1, this.#others[thread] ?? 2];
  }
  goBack(thread: number, [history, other]: readonly [number, number]): void {
    this.#histories[thread] = history;
    this.#others[thread] = other;
  }

  note(thread: number, value: number): void {
    const word = toWord(value);
    this.#histories[thread] = mix(this.#histories[thread] ?? 1, word);
    this.#others[thread] = mix(Math.imul(this.#others[thread] ?? 2, 31), word + 7);
  }

  /** Two states with the same number are the same, but for one chance in 2⁵³ per pair. */
  keyOf(moment: Moment, sleepers: readonly number[], sinceWhen: readonly number[]): number {
    let [one, other] = [3, 5];
    const add = (value: number): void => {
      one = mix(one, value);
      other = mix(Math.imul(other, 31), value + 7);
    };
    for (const words of this.cast.words) {
      for (let index = 0; index < words.length; index += 1) {
        const value = words[index]!;
        if (value === 0) continue;
        add(index);
        add(value);
      }
      add(-1);
    }
    for (let thread = 0; thread < moment.threads; thread += 1) {
      add(this.#histories[thread] ?? 1);
      add(this.#others[thread] ?? 2);
      // Before its step, or asleep, or woken and yet to learn it.
      add(moment.moves[thread]! - (this.stops[thread] ?? 0));
    }
    for (let at = 0; at < moment.count; at += 1) add(moment.enabled[at]!);
    for (const thread of sleepers) {
      add(thread);
      add(toWord(sinceWhen[thread]!));
    }
    add(this.time);
    add(this.late);
    add(this.dead);
    add(toWord(world.clock));
    for (const value of this.cast.locals?.() ?? []) add(toWord(value));
    return (one >>> 0) * 2 ** 21 + ((other >>> 0) & 0x1f_ffff);
  }
}

const forEver = ({ words, index, first, third }: Step): Step => new Step('wait', words, index, first, Number.POSITIVE_INFINITY, third);

/** A thread, step by step. */
function* follow(stage: Stage, thread: number, text: VirtualThread, time: Time, mutation: Mutation): VirtualThread<void> {
  const mutate = mutation(thread);
  const digest = (point: SwitchPoint): void => {
    if (!(point instanceof Step)) {
      stage.note(thread, 17);
      return;
    }
    stage.note(thread, point.operation.charCodeAt(0) * 32 + point.operation.length);
    stage.note(thread, point.index);
    stage.note(thread, point.first);
    stage.note(thread, point.second);
  };
  const { loops = [], quiet = () => false } = stage.cast;
  let entered: (readonly [number, number])[] = [];
  let base = stage.bases[thread];
  let turn = text.next(0);
  while (!turn.done) {
    const point = turn.value ?? undefined;
    const mutant = point instanceof Step && !(point instanceof Tick) ? mutate(point) : point;
    if (typeof mutant === 'number' && point instanceof Step) {
      turn = text.next(mutant);
      continue;
    }
    if (point instanceof Step && mutant === point && quiet(point, thread)) {
      turn = text.next(perform(point));
      continue;
    }
    const taken: SwitchPoint = typeof mutant === 'object' && 'answer' in mutant ? mutant.step : mutant;
    digest(taken);
    stage.stops[thread] = (stage.stops[thread] ?? 0) + 1;
    let answer = yield time === 'limits' && taken instanceof Step && taken.operation === 'wait' && taken.second > LIMIT
      ? forEver(taken)
      : taken;
    if (taken instanceof Step) {
      if (taken.operation === 'now') answer = Math.max(answer, stage.time);
      if (taken.operation === 'wait' && Number.isFinite(taken.second) && stage.late > 0) {
        stage.late -= 1;
        answer = TIMED_OUT;
      }
    }
    if (typeof mutant === 'object' && 'answer' in mutant) answer = mutant.answer;
    stage.note(thread, answer);
    if (base !== stage.bases[thread]) {
      base = stage.bases[thread];
      entered = [];
    }
    for (let index = 0; index < loops.length && point instanceof Step; index += 1) {
      const { enters, sleeps } = loops[index]!;
      if (enters !== 'where it forgot' && enters(point, thread)) entered[index] = stage.memoryOf(thread);
      if (!sleeps(point, thread)) continue;
      const memory = enters === 'where it forgot' ? base : entered[index];
      if (memory === undefined) continue;
      stage.goBack(thread, memory);
      stage.note(thread, answer === TIMED_OUT ? 1 : 0);
      stage.note(thread, index);
      break;
    }
    turn = text.next(answer);
  }
  stage.forget(thread, 23);
}

/** The scene as a program. `played` tells which stage is on. */
export function programOf(
  scene: Scene,
  { time, mutation = AS_WRITTEN }: { readonly time: Time; readonly mutation?: Mutation },
): { readonly program: Program; readonly played: { stage: Stage } } {
  const played = { stage: new Stage() };
  const count = scene(new Stage()).threads.length;
  const program: Program = {
    names: Array.from({ length: count }, (_, thread) => `t${thread + 1}`),
    bodies: Array.from({ length: count }, (_, thread) => (state: unknown) => {
      const stage = state as Stage;
      return follow(stage, thread, stage.cast.threads[thread]!, time, mutation);
    }),
    state: () => {
      const stage = new Stage();
      stage.cast = scene(stage);
      played.stage = stage;
      return stage;
    },
    always: (state) => (state as Stage).cast.always?.(),
    after: (state) => (state as Stage).cast.after?.(),
    beginnings: Array.from({ length: count }, () => 'stands' as const),
    calls: Array.from({ length: count }, () => 'announced' as const),
    time: 'when-idle',
    maxSteps: 3000,
  };
  return { program, played };
}

/** A step of no text, which no mutant changes. */
class Tick extends Step {}

/**
 * A clock: so many times, at any moment, the oldest sleep on one of these words is over because its time is up, and with it every time limit.
 */
export function* clock(stage: Stage, ticks: number, places: readonly (readonly [Words, number])[]): VirtualThread<void> {
  for (let tick = 0; tick < ticks; tick += 1) {
    for (const [words, index] of places) {
      const woken = yield new Tick('notify', words, index, 1, 0);
      stage.late += woken;
      stage.time = LIMIT;
      if (woken > 0) break;
    }
  }
}

/** A thread that dies before its step `steps` + 1, or as soon as it may, or in a sleep from which nobody wakes it, and leaves everything as it is. */
export function* mortal(
  stage: Stage,
  thread: number,
  text: VirtualThread,
  steps: number,
  mayDie = (): boolean => true,
): VirtualThread<void> {
  let turn = text.next(0);
  for (let step = 0; !turn.done && (step < steps || !mayDie()); step += 1) {
    const point = turn.value;
    const isWait = point instanceof Step && point.operation === 'wait';
    const answer = yield isWait ? limited(point) : point;
    if (isWait && answer === TIMED_OUT) break;
    turn = text.next(answer);
  }
  stage.dead = thread;
}

const limited = ({ words, index, first, third }: Step): Step => new Step('wait', words, index, first, LIMIT, third);

/** A text whose first such sleep is called off: when nobody can move, or just as it was woken. Gives what it came to if it did not sleep. */
export function* calledOff<T>(text: Protocol<T>, sleeps: Which = () => true): Protocol<T | undefined> {
  let turn = text.next();
  while (!turn.done) {
    const step = turn.value;
    if (step.operation !== 'wait' || !sleeps(step, 0)) {
      turn = text.next(yield step);
      continue;
    }
    yield limited(step);
    yield* withdrawal(text);
    return undefined;
  }
  return turn.value;
}

/** A text in an event loop, whose sleeps are counted. */
export function* inEventLoop<T>(text: Protocol<T>): Protocol<T> {
  let turn = text.next();
  while (!turn.done) {
    const step = turn.value;
    const isCounted = step.operation === 'wait' && step.third !== 0;
    if (isCounted) yield add(step.words, step.third, 1);
    const answer = yield step;
    if (isCounted) yield add(step.words, step.third, -1);
    turn = text.next(answer);
  }
  return turn.value;
}

/** Waits until somebody has died. */
export function* mourn(stage: Stage): VirtualThread<void> {
  yield new Point('join', stage, () => stage.dead >= 0);
}
