/**
 * What a child process of a pool runs. Its first message says how to start; when the parent is gone, so is it.
 */
import { endWithParent } from '../host/lifeline.js';
import type { FromWorker, StartData, ToWorker } from '../runtime/messages.js';
import { serve } from '../runtime/serve.js';
import { SURROUNDINGS } from './surroundings.js';

if (process.send === undefined) throw new Error('gil: this file is started by a pool as a child process; it is not to be run or imported');
const send = process.send.bind(process);

process.once('disconnect', () => process.exit());
process.once('message', (start) => {
  serve(
    start as StartData,
    {
      send: (message: FromWorker) => void send(message),
      listen: (receive) => void process.on('message', (message) => receive(message as ToWorker)),
      hear: () => {},
    },
    SURROUNDINGS,
  );
  // After it has said that it is ready, before it runs anything that may never return.
  endWithParent();
});
