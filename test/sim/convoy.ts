/**
 * The convoy experiment under virtual time: an echo thread on a socket pair beside threads that only compute. The client is another
 * process: it does not live under the lock, and pauses 1 ms between pings.
 */

import type { ThreadProgram } from '../../src/sim/host/context.js';
import { simulate } from '../../src/sim/simulate.js';
import type { SimulateOptions } from '../../src/sim/simulate-options.js';
import { Semaphore } from '../../src/threading/semaphore.js';

/** What a call of `send` or `recv` takes that does not block, and the Python code between two calls, on the machine of the measurements. */
const SYSTEM_CALL = 0.0155;
const PYTHON_CODE = 0.002;
/** What the client spends between two pings besides sleeping: alone with the echo thread it makes 805 to 858 of them per second. */
const CLIENT_CODE = 0.1;

export interface Convoy extends Omit<SimulateOptions, 'threads'> {
  readonly cpuThreads: number;
  /** How long the client goes on, in milliseconds of virtual time. */
  readonly duration: number;
}

/** Pings per second, and how long they took, in milliseconds, at the median and at the 99th percentile. */
export interface Latencies {
  readonly ops: number;
  readonly p50: number;
  readonly p99: number;
}

export function convoy({ cpuThreads, duration, ...options }: Convoy): Latencies {
  const ping = new Semaphore(0);
  const pong = new Semaphore(0);
  const latencies: number[] = [];
  let over = false;
  const client: ThreadProgram = function* (t) {
    while (t.now() < duration) {
      yield* t.sleep(1);
      yield* t.compute(CLIENT_CODE);
      const begin = t.now();
      yield* t.release(ping);
      yield* t.acquire(pong);
      latencies.push(t.now() - begin);
    }
    over = true;
    yield* t.release(ping);
  };
  const echo: ThreadProgram = function* (t) {
    while (!over) {
      yield* t.releaseForIO(function* () {
        yield* t.acquire(ping);
        yield* t.compute(SYSTEM_CALL);
      });
      yield* t.compute(PYTHON_CODE);
      yield* t.releaseForIO(function* () {
        yield* t.release(pong);
        yield* t.compute(SYSTEM_CALL);
      });
      yield* t.compute(PYTHON_CODE);
    }
  };
  const cpu: ThreadProgram = function* (t) {
    while (!over) yield* t.compute(10);
  };
  const threads = [{ run: client, lock: 'none' as const }, echo, ...Array.from({ length: cpuThreads }, () => cpu)];
  simulate({ ...options, threads });
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] as number;
  return { ops: (latencies.length / duration) * 1000, p50: at(0.5), p99: at(0.99) };
}
