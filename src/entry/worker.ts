/**
 * What a worker thread of a pool runs.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { StartData } from '../runtime/messages.js';
import { serve } from '../runtime/serve.js';
import { SURROUNDINGS } from './surroundings.js';

if (parentPort === null) throw new Error('gil: this file is started by a pool as a worker; it is not to be run or imported');
const port = parentPort;

serve(
  workerData as StartData,
  { send: (message) => port.postMessage(message), listen: (receive) => port.on('message', receive) },
  SURROUNDINGS,
);
