/**
 * What the thread runs that has others interrupted.
 */
import { workerData } from 'node:worker_threads';
import { serveInterrupts } from '../host/interrupter.js';

await serveInterrupts(new Int32Array(workerData as SharedArrayBuffer));
