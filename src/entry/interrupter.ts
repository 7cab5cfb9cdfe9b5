/**
 * What the thread runs that has others interrupted.
 */
import { workerData } from 'node:worker_threads';
import { serveInterrupts } from '../host/interrupter.js';

const { memory, generation } = workerData as { readonly memory: SharedArrayBuffer; readonly generation: number };
await serveInterrupts(new Int32Array(memory), generation);
