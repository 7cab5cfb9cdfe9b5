/**
 * The virtual host: a clock that jumps from one event to the next, processors, and the waiting lists of sleeping threads. It is the
 * virtual driver of `steps/`: all that a thread does between two waits happens at one instant, at `now`.
 *
 * Who is woken goes on after the wake-up latency. Whose time is up is late by the timer slack besides, as timers are.
 */
import { PLACE_SIZE, placeOf } from '../../lock/layout.js';
import { perform } from '../../steps/perform.js';
import { CHANGED, Step, TIMED_OUT, type WaitOutcome, WOKEN, type Words } from '../../steps/step.js';
import { SimulationDeadlockError, SimulationLimitError } from '../errors.js';
import type { Random } from '../random.js';
import { Call, Pause, Poll } from './demand.js';
import { type Due, Heap } from './heap.js';
import type { Naps } from './naps.js';
import { Processors } from './processors.js';
import { FirstCome, type Line, Sleepers, type WakeUpOrder } from './sleepers.js';
import type { Task } from './task.js';
import { toMilliseconds, toNanoseconds } from './units.js';

/** How the machine behaves. Times in nanoseconds. */
export interface Machine {
  readonly cores: number;
  readonly latency: readonly [shortest: number, longest: number];
  readonly timerSlack: number;
  readonly ties: 'in-order' | 'by-seed';
  readonly wakeUpOrder: WakeUpOrder;
  readonly maxTime: number;
  readonly maxEvents: number;
}

/** A thread goes on at a time: after a pause, or after a sleep that ended so. */
interface Happening extends Due {
  due: number;
  rank: number;
  readonly task: Task;
  /** Of the thread, when this was arranged. */
  readonly turn: number;
  readonly result: WaitOutcome | typeof PAUSED;
}

const PAUSED = -1;

/** How many steps a thread may take at one instant. No text comes near it; a thread that spins on a word never ends. */
const MOST_STEPS = 2_000_000;
/** Threads in a text sleep in naps. When nobody has done anything but nap for so long, in nanoseconds, nobody ever will. */
const HOPELESS_AFTER = 5e9;
/** A sleep that is longer, in nanoseconds, is not a nap: it ends in something else than another nap. */
const LONGEST_NAP = 1e9;

export class VirtualHost {
  /** Virtual time, in nanoseconds. */
  now = 0;
  /** How often a thread went on. */
  events = 0;
  readonly random: Random;
  readonly #machine: Machine;
  readonly #lock: Words;
  readonly #naps: Naps;
  readonly #taskOf: (ident: number) => Task | undefined;
  readonly #happenings = new Heap<Happening>();
  readonly #processors: Processors<Task>;
  readonly #sleepers: Sleepers<Task>;
  readonly #polling = new FirstCome<Task>();
  /** How many threads are not over; wait for something that ends by itself; have a waiting time that is limited, or long. */
  #alive = 0;
  #pausing = 0;
  #limited = 0;
  #rank = 0;
  /** When a thread last did something but wake up from a nap. */
  #progress = 0;

  constructor(machine: Machine, random: Random, lock: Words, naps: Naps, taskOf: (ident: number) => Task | undefined) {
    this.#machine = machine;
    this.random = random;
    this.#lock = lock;
    this.#naps = naps;
    this.#taskOf = taskOf;
    this.#processors = new Processors(machine.cores);
    this.#sleepers = new Sleepers(machine.wakeUpOrder, random, () => this.now);
  }

  /** Has a thread begin at a time. */
  begin(task: Task, time: number): void {
    this.#alive += 1;
    this.#pausing += 1;
    this.#arrange(task, time, PAUSED);
  }

  /** Runs until every thread is over. `describe` says what all threads wait for. */
  run(describe: () => string): void {
    while (this.#alive > 0) {
      const happening = this.#first();
      const due = happening?.due ?? Number.POSITIVE_INFINITY;
      const work = this.#processors.next;
      const time = Math.min(due, work);
      if (time === Number.POSITIVE_INFINITY) throw stuck(describe());
      this.#advance(time, describe);
      if (work < due) {
        const { owner, amount } = this.#processors.finish(time);
        owner.worked += amount;
        owner.attention = 'blind';
        this.events += 1;
        this.#news();
        this.#resume(owner, amount);
      } else {
        this.#happen(happening!);
      }
    }
  }

  /** A wait with a limit of its own begins or ends: until then a thread that only naps is not hopeless. */
  limit(change: 1 | -1): void {
    this.#limited += change;
  }

  /** What was arranged anew since is still in the queue as it was before. */
  #first(): Happening | undefined {
    for (;;) {
      const happening = this.#happenings.first;
      if (happening === undefined || happening.turn === happening.task.turn) return happening;
      this.#happenings.pop();
    }
  }

  #advance(time: number, describe: () => string): void {
    this.now = time;
    const { maxTime, maxEvents } = this.#machine;
    if (time > maxTime) {
      throw new SimulationLimitError(
        `expected all threads to end within maxTime, ${toMilliseconds(maxTime)} ms of virtual time; still there: ${describe()}. Is there a loop that never ends? Raise maxTime if not`,
      );
    }
    if (this.events >= maxEvents) {
      throw new SimulationLimitError(
        `expected all threads to end within maxEvents, ${maxEvents} moves; after ${toMilliseconds(time)} ms of virtual time still there: ${describe()}. ` +
          'Is there a loop that never ends? Raise maxEvents if not, or make checkpointInterval longer',
      );
    }
    const isHopeless = this.#pausing === 0 && this.#limited === 0 && this.#processors.busy === 0 && time - this.#progress > HOPELESS_AFTER;
    if (isHopeless) throw stuck(describe());
  }

  #news(): void {
    this.#progress = this.now;
  }

  #happen(happening: Happening): void {
    const { task, result } = happening;
    if (result === TIMED_OUT) {
      const then = this.#naps.end(task);
      if (then === 'again') {
        this.#napAgain(happening);
        return;
      }
      this.#happenings.pop();
      this.#rise(task);
      this.events += 1;
      this.#resume(task, then === 'to-be-told' ? WOKEN : TIMED_OUT);
      return;
    }
    this.#happenings.pop();
    this.events += 1;
    if (result === PAUSED) this.#pausing -= 1;
    this.#news();
    this.#resume(task, Math.max(0, result));
  }

  /** As if it had gone through the text. */
  #napAgain(happening: Happening): void {
    const { task } = happening;
    const { length } = this.#naps;
    this.#rise(task);
    this.#lieDown(task.line!, task, length);
    happening.due = this.#ring(length);
    happening.rank = this.#nextRank();
    this.#happenings.sink();
  }

  /** Lets a thread go on; what it did may be what others poll for. */
  #resume(task: Task, result: number): void {
    this.#move(task, result);
    for (const other of this.#polling) {
      if (!other.ready!()) continue;
      this.#rise(other);
      this.#arrange(other, this.now + this.#latency(), WOKEN);
    }
  }

  /** Moves a thread, until it asks for something that takes time. */
  #move(task: Task, result: number): void {
    const { frames } = task;
    let answer = result;
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      const turn = frames[frames.length - 1]!.next(answer);
      if (turn.done) {
        frames.pop();
        answer = 0;
        if (frames.length > 0) continue;
        task.state = 'over';
        task.ended = this.now;
        this.#alive -= 1;
        this.#news();
        return;
      }
      const request = turn.value;
      if (request instanceof Step) {
        if (request.operation !== 'wait') answer = this.#perform(request);
        else {
          const slept = this.#fallAsleep(task, request);
          if (slept === 'asleep') return;
          answer = slept;
        }
      } else if (request instanceof Call) {
        frames.push(request.text);
        answer = 0;
      } else if (request instanceof Pause) {
        this.#pausing += 1;
        this.#arrange(task, request.amount > 0 ? this.#ring(request.amount) : this.now, PAUSED);
        return;
      } else if (request instanceof Poll) {
        task.ready = request.ready;
        this.#sleepIn(this.#polling, task, request.amount);
        return;
      } else {
        task.state = 'working';
        task.attention = request.attention;
        this.#processors.begin(task, request.amount, this.now, this.#nextRank());
        return;
      }
    }
    throw new SimulationLimitError(
      `the thread ${task.name} took ${MOST_STEPS} steps at one instant, ${toMilliseconds(this.now)} ms: expected virtual time to pass. ` +
        'Does it spin on a word? Let each turn of the loop take time: yield, or t.compute(ms)',
    );
  }

  #perform(step: Step): number {
    if (step.operation === 'now') return toMilliseconds(this.now);
    if (step.operation === 'notify') return this.#notify(step);
    const answer = perform(step);
    if (step.operation === 'store' && step.words === this.#lock && step.first !== 0) this.#stirred(step.index);
    return answer;
  }

  /** A word of the lock was written. If it is the breaker of a thread at work, that thread sees it at its next look. */
  #stirred(index: number): void {
    const place = index - placeOf(1);
    if (place < 0 || place % PLACE_SIZE !== 0) return;
    const task = this.#taskOf(place / PLACE_SIZE + 1);
    if (task === undefined || task.attention !== 'looking') return;
    const progress = this.#processors.progress(task, this.now);
    if (progress !== undefined) this.#processors.shorten(task, task.nextLook(progress));
  }

  #notify({ words, index, first }: Step): number {
    const line = this.#sleepers.on(words, index);
    let woken = 0;
    for (let task = line?.take(); task !== undefined; task = woken < first ? line?.take() : undefined) {
      woken += 1;
      this.#rise(task);
      this.#arrange(task, this.now + this.#latency(), WOKEN);
    }
    return woken;
  }

  #fallAsleep(task: Task, { words, index, first, second }: Step): 'asleep' | WaitOutcome {
    if (Atomics.load(words, index) !== first) return CHANGED;
    if (this.#naps.begin(task, words, index) === 'over') return TIMED_OUT;
    this.#sleepIn(this.#sleepers.begin(words, index), task, toNanoseconds(second));
    return 'asleep';
  }

  #sleepIn(line: Line<Task>, task: Task, amount: number): void {
    this.#lieDown(line, task, amount);
    // Until it runs again it stays in the list, as a thread does in that of a futex: a notification that comes as its time is up is not lost.
    if (amount === Number.POSITIVE_INFINITY) task.turn += 1;
    else this.#arrange(task, this.#ring(amount), TIMED_OUT);
    task.state = 'asleep';
  }

  #lieDown(line: Line<Task>, task: Task, amount: number): void {
    task.line = line;
    line.add(task);
    task.isLimited = amount > LONGEST_NAP && amount !== Number.POSITIVE_INFINITY;
    if (task.isLimited) this.#limited += 1;
  }

  /** It sleeps no more. */
  #rise(task: Task): void {
    task.line!.remove(task);
    if (task.isLimited) this.#limited -= 1;
  }

  /** When a thread runs again that has set a timer to so many nanoseconds. */
  #ring(amount: number): number {
    return this.now + amount + this.#machine.timerSlack + this.#latency();
  }

  #arrange(task: Task, due: number, result: Happening['result']): void {
    task.state = 'due';
    task.turn += 1;
    this.#happenings.push({ task, turn: task.turn, due, rank: this.#nextRank(), result });
  }

  #latency(): number {
    const [shortest, longest] = this.#machine.latency;
    return shortest === longest ? shortest : Math.round(shortest + this.random.upTo(longest - shortest));
  }

  #nextRank(): number {
    if (this.#machine.ties === 'by-seed') return this.random.next();
    this.#rank += 1;
    return this.#rank;
  }
}

function stuck(threads: string): SimulationDeadlockError {
  return new SimulationDeadlockError(`no thread can go on: ${threads}. Expected somebody to let go, notify or set what is waited for`);
}
