/** The least a worker can do: runs the calls of one message, and answers with their results in one. */
import { parentPort } from 'node:worker_threads';
import * as all from './tasks.js';

const tasks = { ...all };

parentPort.on('message', (calls) => parentPort.postMessage(calls.map(([task, argument]) => tasks[task](argument))));
