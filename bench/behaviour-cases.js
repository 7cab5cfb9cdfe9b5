/**
 * What is asked of every pool. A case submits something, looks at how it settles, and says what is wrong: '' if nothing. It gets `run`
 * of a pool with one worker, and `afterwards`, which says whether the pool still works.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a promise rejects with. */
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Wrong('it ends as if nothing were');
}

/** What a case found wrong. */
export class Wrong extends Error {}

/** Whether `error` is one and says what happened, itself or in its cause. */
function tells(error, what) {
  if (!(error instanceof Error)) return false;
  return what.test(`${error.name} ${error.code} ${error.message} ${error.exitCode}`) || tells(error.cause, what);
}

/** An error for the table. */
export const inShort = (error) => {
  const text = error instanceof Error ? error.message.split('\n')[0] || `${error.name}('')` : JSON.stringify(error);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

async function told(promise, what, afterwards) {
  const error = await failure(promise);
  const wrong = tells(error, what) ? '' : `gives ${inShort(error)}`;
  return wrong || afterwards();
}

export const CASES = {
  'error: class, properties': async ({ run, afterwards }) => {
    const own = await failure(run('throwOwnClass'));
    const kept = {
      message: own.message === 'too far',
      name: own.name === 'TooFar',
      code: own.code === 'E_TOO_FAR',
      properties: own.limit?.metres === 5,
      cause: own.cause === 'a reason',
      'built-in class': (await failure(run('throwBuiltIn'))) instanceof RangeError,
    };
    const lost = Object.keys(kept).filter((what) => !kept[what]);
    return lost.length > 0 ? `loses ${lost.join(', ')}` : afterwards();
  },
  'throw of no error': async ({ run, afterwards }) => {
    const error = await failure(run('throwText'));
    return error === 'only a text' || tells(error, /only a text/) ? afterwards() : `gives ${inShort(error)}`;
  },
  'uncloneable result': ({ run, afterwards }) => told(run('giveFunction'), /clone/i, afterwards),
  'process.exit(3)': ({ run, afterwards }) => told(run('exit'), /\b3\b/, afterwards),
  'error in a timer': ({ run, afterwards }) => told(run('throwLater'), /thrown later/, afterwards),
  'abort: endless loop': async ({ run, afterwards }) => {
    const controller = new AbortController();
    const running = run('forever', undefined, controller.signal);
    setTimeout(() => controller.abort(), 200);
    return told(running, /abort|cancel|terminat/i, afterwards);
  },
  'abort: in the queue': async ({ run, afterwards }) => {
    const mark = join(tmpdir(), `gil-behaviour-${process.pid}`);
    const controller = new AbortController();
    await run('echo', 1);
    let blocked = true;
    const blocking = run('block', 600).then(() => {
      blocked = false;
    });
    await pause(50);
    const queued = failure(run('leaveMark', mark, controller.signal));
    setTimeout(() => controller.abort(), 50);
    const error = await queued;
    const late = !blocked;
    await blocking;
    if (!tells(error, /abort|cancel/i)) return `gives ${inShort(error)}`;
    await pause(100);
    if (existsSync(mark)) return 'it runs all the same';
    return late ? 'rejects when the worker is free' : afterwards();
  },
  'idle timers': async ({ run }) => {
    await run('startTicking');
    await pause(300);
    const ticks = await run('countTicks');
    return ticks >= 5 ? '' : `${ticks} ticks of 30`;
  },
  'process ends': async ({ run }) => {
    await run('echo', 1);
    return 'ends by itself';
  },
};
