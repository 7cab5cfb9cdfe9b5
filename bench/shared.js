/**
 * What one operation on shared data costs beside JavaScript's own, which one thread has alone.
 */
import { SharedDict, SharedList, SharedObject } from 'gil/shared';
import { median } from './measure.js';

const ROUNDS = 300_000;
const REPETITIONS = 9;

const CONTAINERS = {
  'list.append': [() => new SharedList(), (list, i) => list.append(i), () => [], (array, i) => array.push(i)],
  'list.at + set': [
    () => new SharedList([0]),
    (list) => list.set(0, list.at(0) + 1),
    () => [0],
    (array) => {
      array[0] += 1;
    },
  ],
  'dict.get + set': [
    () => new SharedDict({ n: 0 }),
    (dict) => dict.set('n', dict.get('n') + 1),
    () => new Map([['n', 0]]),
    (map) => map.set('n', map.get('n') + 1),
  ],
  'object.n += 1': [
    () => new SharedObject({ n: 0 }),
    (object) => {
      object.n += 1;
    },
    () => ({ n: 0 }),
    (object) => {
      object.n += 1;
    },
  ],
};

function containers() {
  return Object.entries(CONTAINERS).map(([operation, [shared, deed, own, likewise]]) => {
    const times = { shared: [], own: [] };
    for (let i = -2; i < REPETITIONS; i += 1) {
      const measured = { shared: each(shared(), deed), own: each(own(), likewise) };
      for (const side of i < 0 ? [] : ['shared', 'own']) times[side].push(measured[side]);
    }
    return { operation, shared: show(times.shared), "one thread's own": show(times.own) };
  });
}

function each(subject, deed) {
  const start = performance.now();
  for (let i = 0; i < ROUNDS; i += 1) deed(subject, i);
  return ((performance.now() - start) / ROUNDS) * 1e6;
}

function show(values) {
  return `${median(values).toFixed(1)} ns`;
}

export function run() {
  return { table: containers(), remark: '' };
}
