/**
 * The queue: order, whatever comes and goes, and nothing held that has left.
 */
import { expect, it } from 'vitest';
import { Fifo } from '../../src/executors/fifo.js';

it('keeps the order of what goes through while it never runs empty', () => {
  const fifo = new Fifo<number>();
  let [pushed, taken] = [0, 0];
  for (; pushed < 7; pushed += 1) fifo.push(pushed);
  for (; taken < 10_000; taken += 1, pushed += 1) {
    fifo.push(pushed);
    if (fifo.shift() !== taken || fifo.size !== 7) throw new Error(`${taken} got lost`);
  }
  expect([...Array(8)].map(() => fifo.shift())).toEqual([10_000, 10_001, 10_002, 10_003, 10_004, 10_005, 10_006, undefined]);
  expect(fifo.size).toBe(0);
});
