/**
 * What of a program's threads keeps its process alive, and what a program may still do when it ends. Each case is a program of its own.
 */
import { expect, it } from 'vitest';
import { run } from './program.js';

const program = (text: string) =>
  run(`import { GlobalLock, sleep } from 'gil'; import { currentThread, Thread, Timer } from 'gil/threading'; ${text}`);

it.concurrent('waits for threads at its end, before its exit handlers', async () => {
  const text = `
    process.on('exit', () => console.log('exit'));
    new Thread({ target: () => { sleep(100); console.log('thread'); } }).start();
    console.log('main');`;
  expect(await program(text)).toEqual({ code: 0, stdout: 'main\nthread\nexit\n', stderr: '' });
});

it.concurrent('does not wait for daemons', async () => {
  const text = `
    const words = new Int32Array(new SharedArrayBuffer(4));
    new Thread({ daemon: true, target: (words) => { Atomics.store(words, 0, 1); Atomics.notify(words, 0); for (;;) sleep(5); }, args: [words] }).start();
    Atomics.wait(words, 0, 0);
    console.log('main');`;
  expect(await program(text)).toEqual({ code: 0, stdout: 'main\n', stderr: '' });
});

it.concurrent('waits for a daemon while somebody joins it', async () => {
  const text = `
    const thread = new Thread({ daemon: true, target: () => sleep(100) });
    thread.start();
    console.log(await thread.join());`;
  expect(await program(text)).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
});

it.concurrent('waits for the threads of a thread that has ended, also when its worker could serve another', async () => {
  const text = `
    const outer = new Thread({ target: () => { new Thread({ target: () => { sleep(200); console.log('inner'); } }).start(); } });
    outer.start();
    await outer.join();
    new Thread({ daemon: true, target: () => { for (;;) sleep(5); } }).start();
    console.log('main');`;
  expect(await program(text)).toEqual({ code: 0, stdout: 'main\ninner\n', stderr: '' });
});

it.concurrent('starts none any more when it ends, and its exit code is its own', async () => {
  const text = `
    const late = new Thread({ target: () => {} });
    process.on('exit', () => { try { late.start(); } catch (error) { console.log(error.code); } });
    new Thread({ name: 'bad', target: () => { throw 1; } }).start();`;
  expect(await program(text)).toEqual({ code: 0, stdout: 'ERR_THREAD_STATE\n', stderr: 'Exception in thread bad:\n1\n' });
});
