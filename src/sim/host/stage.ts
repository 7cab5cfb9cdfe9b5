/**
 * Where one simulation happens: the virtual host, one lock with its memory, and all virtual threads. Here a thread lives its life: takes
 * the lock, runs its program with a look after each unit of work, lets go.
 */
import type { Dialect } from '../../dialects/dialect.js';
import { ArgumentError, describe, OutOfRangeError } from '../../errors.js';
import type { LockEvent } from '../../events.js';
import { allocate } from '../../host/memory.js';
import { createContender } from '../../lock/contender.js';
import { HIGHEST, holderIn, INTERVAL, LOCK, placeOf, RANK, TENANT, waitersIn } from '../../lock/layout.js';
import { drop, take } from '../../lock/protocol.js';
import type { Happened, Recorder } from '../../lock/recorder.js';
import { isDue } from '../../lock/yielding.js';
import { releaseForIO } from '../../runtime/release.js';
import { notify, type Protocol, Step, store, TIMED_OUT, WOKEN, type Words } from '../../steps/step.js';
import { Random } from '../random.js';
import { Point } from '../switch-point.js';
import { world } from '../world.js';
import { type Attention, Call, Pause, Poll, Work } from './demand.js';
import { type Machine, VirtualHost } from './host.js';
import { Naps } from './naps.js';
import { type Demand, type HostText, type Request, Task, type VirtualText } from './task.js';
import { toMilliseconds, toNanoseconds } from './units.js';

/** What a simulation is made of. Times in nanoseconds but for the interval. */
export interface Plan {
  readonly dialect: Dialect;
  readonly intervalMicroseconds: number;
  readonly machine: Machine;
  /** Between two looks of a thread at work. */
  readonly gap: number;
  /** How long a thread that lets go unasked is without the lock, while others wait, before it takes it again. */
  readonly regain: number;
  readonly seed: number;
  /** How many threads there may be. */
  readonly capacity: number;
}

/** How a thread comes upon it. */
export interface Birth {
  readonly name: string;
  readonly program: (task: Task) => VirtualText<unknown>;
  /** When, in nanoseconds. */
  readonly time: number;
  readonly lives: Task['lives'];
  readonly rank: number;
  /** Words by which others learn of its beginning and its end. */
  readonly signs?: Words;
  /** Is told how it ended. */
  readonly end: (outcome: PromiseSettledResult<unknown>) => void;
}

const FOREVER = Number.POSITIVE_INFINITY;

export class Stage {
  readonly plan: Plan;
  readonly host: VirtualHost;
  readonly words: Words;
  readonly events: LockEvent[] = [];
  readonly tasks: Task[] = [];
  readonly #recorder: Recorder = { record: (what, who) => this.#record(what, who) };

  constructor(plan: Plan) {
    this.plan = plan;
    this.words = allocate(placeOf(plan.capacity + 1));
    this.words[INTERVAL] = plan.intervalMicroseconds;
    this.host = new VirtualHost(
      plan.machine,
      new Random(plan.seed),
      this.words,
      new Naps(this.words, plan.dialect),
      (ident) => this.tasks[ident - 1],
    );
  }

  /** A new thread, which begins to run its program at a time. */
  start({ name, program, end, ...birth }: Birth): Task {
    const { words, plan } = this;
    const { dialect, capacity, gap } = plan;
    const ident = this.tasks.length + 1;
    if (ident > capacity)
      throw new OutOfRangeError(`maxThreads: expected at most ${capacity} threads; one more was started. Raise maxThreads`);
    const place = placeOf(ident);
    words[HIGHEST] = ident;
    words[place + TENANT] = ident;
    words[place + RANK] = dialect.rank.by === 'behaviour' ? dialect.rank.first : birth.rank;
    const task = new Task(
      name,
      createContender(words, ident, dialect, { recorder: this.#recorder }),
      dialect.lock === 'none' ? 'free' : birth.lives,
      gap,
    );
    this.tasks.push(task);
    task.frames.push(this.#live(task, program(task), end, birth.signs));
    this.host.begin(task, birth.time);
    return task;
  }

  /** Runs until all threads are over. */
  run(): void {
    // What the twins of primitives ask of their world: that a call is no switch point by itself.
    world.calls = new Array<'quiet'>(this.plan.capacity).fill('quiet');
    this.host.run(() => this.#describe());
  }

  /** Whether this thread holds the lock. */
  holds({ ident, lives }: Task): boolean {
    return lives === 'under the lock' && holderIn(this.words[LOCK]!) === ident;
  }

  /** Does so much work: with looks, if it holds the lock, or without any, as native code. */
  *work(task: Task, amount: number, attention: Attention): HostText<void> {
    if (attention === 'blind' || !this.holds(task)) {
      if (amount > 0) yield new Work(amount, 'blind');
      return;
    }
    for (let left = amount; left > 0; ) {
      const done = yield new Work(Math.min(left, task.untilLook), 'looking');
      left -= done;
      const looks = task.advance(done);
      if (looks > 0) yield* this.look(task, looks);
    }
  }

  /** Looks whether it must let go; counts as so many looks. */
  *look(task: Task, looks: number): HostText<void> {
    const { contender } = task;
    if (task.lives === 'free' || !isDue(contender, looks)) return;
    const { afterDrop, next } = contender.dialect;
    const isRace = afterDrop === 'race' && next === 'whoever-comes-first' && waitersIn(this.words[LOCK]!) > 0;
    yield new Call(drop(contender, 'forced', 'now'));
    if (isRace) yield new Work(this.plan.regain, 'blind');
    yield new Call(take(contender, FOREVER));
  }

  /** Runs a text without the lock; has it again when that is over, however it ends. */
  *without<Y extends Demand, T>(task: Task, text: Generator<Y, T, number>): Generator<Y | Call, T, number> {
    if (!this.holds(task)) return yield* text;
    yield new Call(drop(task.contender, 'voluntary', 'now'));
    try {
      return yield* text;
    } finally {
      yield new Call(take(task.contender, FOREVER));
    }
  }

  *#live(task: Task, program: VirtualText<unknown>, end: Birth['end'], signs: Words | undefined): HostText<void> {
    task.began = this.host.now;
    if (task.lives === 'under the lock') yield new Call(take(task.contender, FOREVER));
    if (signs !== undefined) yield* raise(signs, BEGUN);
    for (let answer = 0; ; ) {
      world.thread = task.ident - 1;
      world.clock = toMilliseconds(this.host.now);
      const turn = advance(program, answer);
      if ('status' in turn) {
        end(turn);
        break;
      }
      const { demand } = turn;
      answer = isRequest(demand) && !this.#mayNotSleep(task, demand) ? yield demand : yield* this.#serve(task, demand);
    }
    if (this.holds(task)) yield new Call(drop(task.contender, 'final', 'never'));
    if (signs !== undefined) yield* raise(signs, OVER);
  }

  /** Whether it would sleep with the lock in its hands. */
  #mayNotSleep(task: Task, request: Request): boolean {
    return request instanceof Step && request.operation === 'wait' && this.holds(task);
  }

  /** What a program yields that is not for the host as it is: a sleep that must not be with the lock in hand; a switch point, which is a unit of work and a look. */
  *#serve(task: Task, demand: Demand): HostText<number> {
    if (demand instanceof Step) return yield* this.without(task, only(demand));
    if (demand instanceof Point) return yield* this.#stand(task, demand);
    if (demand !== undefined && typeof demand !== 'number') {
      throw new ArgumentError(
        `the thread ${task.name} yielded ${describe(demand)}: expected nothing, a number, or a step. Use \`yield*\` with what \`t\` gives: \`yield* t.compute(1)\``,
      );
    }
    yield* this.work(task, this.plan.gap, 'looking');
    return 0;
  }

  /** At a point that the twin of a function of this package announces: `sleep`, a call of a primitive that has to wait, both ends of `releaseForIO`. */
  *#stand(task: Task, { announcement, target, ready, timeout }: Point): HostText<number> {
    if (announcement === 'sleep') {
      yield* this.without(task, only(new Pause(toNanoseconds(timeout))));
      return TIMED_OUT;
    }
    if (target === releaseForIO && task.lives === 'under the lock') {
      yield new Call(this.holds(task) ? drop(task.contender, 'voluntary', 'now') : take(task.contender, FOREVER));
      return WOKEN;
    }
    if (ready === undefined) {
      yield* this.work(task, this.plan.gap, 'looking');
      return WOKEN;
    }
    const until = this.host.now + toNanoseconds(timeout);
    // By the time that it has the lock again it may be too late.
    while (!ready()) {
      if (this.host.now >= until) return TIMED_OUT;
      yield* this.without(task, only(new Poll(ready, until - this.host.now)));
    }
    return WOKEN;
  }

  #record(what: Happened, { ident, thread, switchNumber }: { ident: number; thread: number; switchNumber: number }): void {
    const time = toMilliseconds(this.host.now);
    const threadId = thread - 1;
    // Not by spreading `what`: there are millions of these.
    if (what.type === 'drop') this.events.push({ type: 'drop', reason: what.reason, time, ident, threadId, switchNumber });
    else if (what.type === 'request') this.events.push({ type: 'request', holder: what.holder, time, ident, threadId, switchNumber });
    else this.events.push({ type: what.type, time, ident, threadId, switchNumber });
  }

  #describe(): string {
    const there = this.tasks.filter((task) => task.state !== 'over');
    const names = there.slice(0, 5).map((task) => (task.waitsFor === undefined ? task.name : `${task.name} waits for ${task.waitsFor()}`));
    return there.length > names.length ? `${names.join(', ')} and ${there.length - names.length} more` : names.join(', ');
  }
}

function isRequest(demand: Demand): demand is Request {
  return demand instanceof Step || demand instanceof Work || demand instanceof Pause || demand instanceof Poll || demand instanceof Call;
}

/** The next thing a program asks for, or how it ended. */
function advance(program: VirtualText<unknown>, answer: number): { readonly demand: Demand } | PromiseSettledResult<unknown> {
  try {
    const turn = program.next(answer);
    return turn.done ? { status: 'fulfilled', value: turn.value } : { demand: turn.value };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

function* only(request: Request): HostText<number> {
  return yield request;
}

/** The words by which a thread tells that it has begun, and that it is over. */
export const BEGUN = 0;
export const OVER = 1;
export const SIGNS = 2;

function* raise(signs: Words, sign: number): Protocol<void> {
  yield store(signs, sign, 1);
  yield notify(signs, sign, FOREVER);
}
