/**
 * What a worker thread of a pool runs.
 */
import { parentPort, receiveMessageOnPort, type TransferListItem, workerData } from 'node:worker_threads';
import { CloneError } from '../errors.js';
import type { StartData, ToWorker } from '../runtime/messages.js';
import { serve } from '../runtime/serve.js';
import { SURROUNDINGS } from './surroundings.js';

if (parentPort === null) throw new Error('gil: this file is started by a pool as a worker; it is not to be run or imported');
const port = parentPort;
let receive: (message: ToWorker) => void = () => {};

// Which call it was is in what cannot be read. Nobody would ever answer it, so the worker ends, and this is why.
port.on('messageerror', (cause) => {
  throw new CloneError('an argument could be sent, but the worker could not make it out', { cause });
});

serve(
  workerData as StartData,
  {
    send: (message, transfer) => port.postMessage(message, transfer as TransferListItem[] | undefined),
    listen: (listener) => {
      receive = listener;
      port.on('message', listener);
    },
    hear: () => {
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) receive(next.message);
    },
  },
  SURROUNDINGS,
);
