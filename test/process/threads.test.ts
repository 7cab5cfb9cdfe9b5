/**
 * What of a program's threads keeps its process alive, beyond what CPython's own tests ask (see the conformance tests). Each case is a program
 * of its own.
 */
import { expect, it } from 'vitest';
import { run } from './program.js';

const program = (text: string) => run(`import { sleep } from 'gil'; import { Thread } from 'gil/threading'; ${text}`);

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
