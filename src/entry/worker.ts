/**
 * What a worker thread of a pool runs.
 */
import { parentPort, receiveMessageOnPort, type TransferListItem, workerData } from 'node:worker_threads';
import type { StartData, ToWorker } from '../runtime/messages.js';
import { serve } from '../runtime/serve.js';
import { SURROUNDINGS } from './surroundings.js';

if (parentPort === null) throw new Error('gil: this file is started by a pool as a worker; it is not to be run or imported');
const port = parentPort;
let receive: (message: ToWorker) => void = () => {};
let giveUpOn: (cause: unknown) => void = () => {};

serve(
  workerData as StartData,
  {
    send: (message, transfer) => port.postMessage(message, transfer as TransferListItem[] | undefined),
    listen: (listener, onUnreadable) => {
      [receive, giveUpOn] = [listener, onUnreadable];
      port.on('message', receive);
      port.on('messageerror', giveUpOn);
    },
    hear: () => {
      for (let next = hearOne(); next !== undefined; next = hearOne()) receive(next.message);
    },
  },
  SURROUNDINGS,
);

function hearOne(): { message: ToWorker } | undefined {
  try {
    return receiveMessageOnPort(port);
  } catch (cause) {
    giveUpOn(cause);
    return hearOne();
  }
}
