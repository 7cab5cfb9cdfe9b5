/**
 * The functions of this package by which a thread lets others run: `sleep`, `checkpoint`, `releaseForIO`, for virtual threads.
 */
import { checkpoint, releaseForIO, sleep } from '../../runtime/release.js';
import { TWIN } from '../../transform/twin.js';
import { Point, type VirtualThread } from '../switch-point.js';
import { runIt } from './tasks.js';

const twins: readonly (readonly [object, (...args: never[]) => VirtualThread])[] = [
  [
    sleep,
    function* (ms: number) {
      // What it takes to be woken: time, which passes when nobody can move.
      yield new Point('sleep', sleep, () => false, ms);
    },
  ],
  [
    checkpoint,
    function* () {
      yield;
    },
  ],
  [
    releaseForIO,
    function* (task: () => unknown) {
      yield new Point('call', releaseForIO);
      try {
        return yield* runIt(task);
      } finally {
        yield new Point('call', releaseForIO);
      }
    },
  ],
];

/** Gives the functions their twins. */
export function equipFunctions(): void {
  for (const [plain, twin] of twins) Reflect.set(plain, TWIN, twin);
}
