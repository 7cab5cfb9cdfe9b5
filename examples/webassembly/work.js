// What the threads of count.js do: each has an instance of its own of the one module, and all instances have one memory. `digest` reads
// the block that it is given and nothing else. `count` reads and writes the table, which is everybody's.
import { releaseForIO } from 'gil';

let library;

function open({ module, memory }) {
  library ??= new WebAssembly.Instance(module, { env: { memory } }).exports;
  return library;
}

/** As it comes: right if no other thread is in the library, because there is none, or because it waits for the Global Interpreter Lock. */
export function plain({ at, block, blocks, turns, ...shared }) {
  const { digest, count } = open(shared);
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < blocks; i++) count(digest(at + i * block, block));
  }
}

/** Others may have the Global Interpreter Lock during the part that needs nobody's memory but this thread's. */
export function released({ at, block, blocks, turns, ...shared }) {
  const { digest, count } = open(shared);
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < blocks; i++) count(releaseForIO(() => digest(at + i * block, block)));
  }
}

/** With a lock around each call. */
export function locked({ at, block, blocks, turns, lock, ...shared }) {
  const { digest, count } = open(shared);
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < blocks; i++) {
      lock.acquireSync();
      count(digest(at + i * block, block));
      lock.release();
    }
  }
}

/** With the same lock around no more than needs it. */
export function lockedBriefly({ at, block, blocks, turns, lock, ...shared }) {
  const { digest, count } = open(shared);
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < blocks; i++) {
      const key = digest(at + i * block, block);
      lock.acquireSync();
      count(key);
      lock.release();
    }
  }
}
