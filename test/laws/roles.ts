/**
 * Parts that several laws share. Their text travels to threads, so they use nothing but their argument.
 */
import type { Action, Ops } from './ops.js';
import type { Actor, Stage } from './stage.js';
import type { Scene } from './suite.js';

/** Takes the lock, writes its number into the log, lets go. */
export function* visit({ take, release, log, number }: Ops<undefined>): Action<string> {
  yield* take();
  log(number);
  yield* release();
  return 'was there';
}

/**
 * Runs looks until the log is `input` entries long, and writes its number after each look: on stage with others like it, the log
 * tells who had the lock, in order.
 */
export function* spin({ take, look, release, log, logged, number, input }: Ops<number>): Action<void> {
  yield* take();
  log(number);
  while (logged() < input) {
    for (let work = 0; work < 2000; work += 1) Math.imul(work, work);
    yield* look();
    log(number);
  }
  yield* release();
}

/** Takes the lock, opens `holding`, and computes, looking as it goes, until the gate `stop` is open. */
export function* compute({ take, look, release, open, isOpen }: Ops<undefined>): Action<void> {
  yield* take();
  open('holding');
  while (!isOpen('stop')) {
    for (let work = 0; work < 2000; work += 1) Math.imul(work, work);
    yield* look();
  }
  yield* release();
}

/** Takes the lock, opens `inside`, and stays, without a look, until the gate `stop` is open. */
export function* stay({ take, release, open, gate }: Ops<undefined>): Action<void> {
  yield* take();
  open('inside');
  yield* gate('stop');
  yield* release();
}

/**
 * A clock made of a lock of its own: a waiter there asks once in `interval` milliseconds. Waits until it has asked `count` times, or
 * `enough` says so; gives how often it has.
 */
export async function untilTicks(open: Scene['stage'], count: number, interval: number, enough = () => false): Promise<number> {
  const clock = open({ switchInterval: interval });
  const holder = clock.start(stay);
  await clock.opened('inside');
  const waiter = clock.start(visit);
  await clock.until(() => clock.lock.stats().requests >= count || enough());
  const ticks = clock.lock.stats().requests;
  clock.open('stop');
  await Promise.all([holder.answer, waiter.answer]);
  await clock.close();
  return ticks;
}

/** The log without repetitions: one entry for each time that another one came. */
export function tenures(log: readonly number[]): number[] {
  return log.filter((entry, at) => entry !== log[at - 1]);
}

/** Once somebody has the lock and has said so: a second actor that wants it, and has asked. */
export async function rivalThatAsked(stage: Stage): Promise<Actor<string>> {
  await stage.opened('holding');
  const rival = stage.start(visit);
  await stage.asked();
  return rival;
}
