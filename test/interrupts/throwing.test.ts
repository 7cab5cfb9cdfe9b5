/**
 * Why an interrupt throws nothing at the code that it lands in: an error thrown there never arrives, and what does end the code runs no
 * `finally`. If an engine changes that, decision 16 is to be thought over.
 */
import { Session } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { GlobalLock } from 'gil';
import { expect, it } from 'vitest';
import { type Scene, sharedWords, startThread } from '../lock/threads.js';

const INTERRUPTED = 1;
const STOP = 2;
const TURNS = 3;
const CAUGHT = 4;
const FINALLY = 5;

const turn = (): Promise<void> => new Promise(setImmediate);

it('an error that is thrown inside of an interrupt does not reach the program', async () => {
  const lock = new GlobalLock({ switchInterval: 1, preemption: 'interrupt' });
  const words = sharedWords();
  const thread = startThread(lock, words, 0, ({ lock, words }: Scene) => {
    const handlers = Reflect.get(globalThis, Symbol.for('gil.interrupts')) as Record<string, () => void>;
    for (const [slot, interrupt] of Object.entries(handlers)) {
      handlers[slot] = () => {
        interrupt();
        words[1]!++;
        throw new Error('stop');
      };
    }
    lock.acquireSync();
    try {
      while (words[2] === 0) words[3]!++;
    } catch {
      words[4] = 1;
    } finally {
      words[5] = 1;
    }
    lock.release();
    return 'went on';
  });
  while (words[TURNS] === 0) await turn();
  const release = await lock.acquire();
  release();
  while (words[INTERRUPTED] === 0) await turn();
  for (const before = words[TURNS]; words[TURNS] === before; ) await turn();
  expect([words[CAUGHT], words[FINALLY]]).toEqual([0, 0]);
  words[STOP] = 1;
  expect(await thread.answer).toBe('went on');
  expect([words[CAUGHT], words[FINALLY]]).toEqual([0, 1]);
  await thread.worker.terminate();
});

const PROGRAM = `
  const { workerData: words, parentPort } = require('node:worker_threads');
  const { runInThisContext } = require('node:vm');
  globalThis.program = () => {
    try {
      for (;;) words[${TURNS}]++;
    } catch {
      words[${CAUGHT}] = 1;
    } finally {
      words[${FINALLY}] = 1;
    }
  };
  parentPort.on('message', (how) => {
    if (how === 'ping') return parentPort.postMessage('here');
    try {
      if (how === 'plain') program();
      else runInThisContext('program()', { timeout: 60_000 });
    } catch {
      words[${CAUGHT}] = 1;
    }
  });
`;

it.each(['plain', 'in a vm with a timeout'])('code that the engine terminates runs no finally: %s', async (how) => {
  const words = sharedWords();
  const worker = new Worker(PROGRAM, { eval: true, workerData: words });
  const session = new Session();
  session.connect();
  let sessionId: string | undefined;
  session.on('NodeWorker.attachedToWorker', ({ params }) => {
    if (params.workerInfo.title.startsWith(`[worker ${worker.threadId}]`)) sessionId = params.sessionId;
  });
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  while (sessionId === undefined) await turn();
  worker.postMessage(how);
  while (words[TURNS] === 0) await turn();
  const message = JSON.stringify({ id: 1, method: 'Runtime.terminateExecution' });
  session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
  // It hears one of these once the program is gone.
  let heard: unknown;
  worker.once('message', (message) => {
    heard = message;
  });
  while (heard === undefined) {
    worker.postMessage('ping');
    await turn();
  }
  expect([words[CAUGHT], words[FINALLY]]).toEqual([0, 0]);
  session.disconnect();
  await worker.terminate();
});
