// A queue between threads: producers wait for room, consumers for items, and shutting it down ends the consumers' loops.
// Prints 2000 and true: every item arrived once.
import { InterpreterPool } from 'gil';
import { Queue } from 'gil/threading';

const ITEMS = 1000;

function produce(queue, from, to) {
  for (let i = from; i < to; i++) queue.putSync({ id: i, text: `item ${i}` });
}

function consume(queue) {
  const ids = [];
  for (const { id } of queue) ids.push(id); // blocks until there is an item
  return ids;
}

const queue = new Queue(16); // at most 16 items inside
const pool = new InterpreterPool(4);
const consumers = [pool.submit(consume, queue), pool.submit(consume, queue)];
const producers = [pool.submit(produce, queue, 0, ITEMS), pool.submit(produce, queue, ITEMS, 2 * ITEMS)];
await Promise.all(producers);
queue.shutdown(); // what is inside is still taken out
const ids = (await Promise.all(consumers)).flat();
console.log(ids.length);
console.log(ids.sort((a, b) => a - b).every((id, index) => id === index));
await pool.shutdown();
