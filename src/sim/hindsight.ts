/**
 * What can only be known of a schedule by running it once more, slowly: since when nothing has changed, and who still looks at what threads share.
 */
import { strictness } from '../host/forbid.js';
import { Picture } from './picture.js';
import type { Program } from './program.js';
import { Followed } from './strategies/replay.js';
import type { Moment, Observer, Strategy } from './strategy.js';
import { Watcher } from './watch.js';
import { world } from './world.js';

/** Runs a schedule all of whose moves are given. */
export interface Runner {
  readonly moment: Moment;
  readonly plainState: unknown;
  run(strategy: Strategy, observer: Observer): unknown;
}

/** The step since which nothing that threads share has changed, as far back as `from`. */
export function unchangedSince(runner: Runner, trace: ArrayLike<number>, from: number): number {
  let [then, now] = [new Picture(), new Picture()];
  let since = Math.max(0, from);
  runner.run(new Followed(trace), {
    before() {
      if (runner.moment.step === since + 1 && then.length === 0) then.take(runner.plainState);
    },
    after() {
      const { step } = runner.moment;
      if (step <= since) return;
      if (!now.take(runner.plainState).equals(then)) since = step;
      [then, now] = [now, then];
    },
  });
  strictness.now = 'strict';
  return since;
}

/** The threads that look at what is shared in the moves from `from` on; `undefined`: it cannot be seen. */
export function lookersSince(
  program: Program,
  runnerOf: (program: Program) => Runner,
  trace: ArrayLike<number>,
  from: number,
): ReadonlySet<number> | undefined {
  const looks = new Set<number>();
  const watcher = new Watcher('accesses');
  try {
    const runner = runnerOf(watcher.watch(program));
    runner.run(new Followed(trace), {
      before: (thread, point) => watcher.before(thread, point),
      after(thread) {
        watcher.after(thread);
        if (runner.moment.step > from && watcher.accesses.length > 0) looks.add(thread);
        watcher.accesses.length = 0;
      },
    });
    return looks;
  } catch {
    // Not every program bears to be watched.
    world.offence = undefined;
    return undefined;
  } finally {
    strictness.now = 'strict';
  }
}

/** Another schedule has a clock of its own. */
export function keepingTime<T>(task: () => T): T {
  const { clock } = world;
  const result = task();
  world.clock = clock;
  return result;
}
