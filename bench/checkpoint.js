/**
 * What the looks cost: transformed ÷ plain, both compiled from the same text in the same way.
 */
import { createLooks, instrumentFunction, linkFunction } from 'gil/transform';
import { ratio } from './measure.js';

const PROGRAMS = {
  'sum of squares': [
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += i * i;
      return sum;
    },
    1.15,
    [2_000_000],
    [300],
  ],
  'nested loop': [
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum = (sum + i * j) | 0;
      return sum;
    },
    1.15,
    [1500],
    [20],
  ],
  fib: [
    function fib(n) {
      return n < 2 ? n : fib(n - 1) + fib(n - 2);
    },
    1.3,
    [27],
    [12],
  ],
  'string loop': [
    (text) => {
      let hash = 0;
      for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
      return hash;
    },
    1.15,
    ['abcdefgh'.repeat(200_000)],
    ['abcdefgh'.repeat(40)],
  ],
};

export async function run() {
  const breaker = new Int32Array(new SharedArrayBuffer(64));
  const looks = createLooks({ breaker, look() {}, tick() {}, resume: (value) => value, enter() {} });
  const rows = [];
  for (const [name, [task, reach, args, small]] of Object.entries(PROGRAMS)) {
    const compile = (dialect) => linkFunction(instrumentFunction(task, { dialect, exports: new Set() }), looks, {});
    // Without a lock there are no looks: the same text through the same compiler, left as it is.
    const plain = compile('cpython-3.13t');
    const looking = compile('cpython-3.13');
    for (let i = 0; i < 300; i += 1) {
      plain(...small);
      looking(...small);
    }
    const figures = await ratio({ base: () => plain(...args), subject: () => looking(...args), pairs: 41 });
    rows.push({ name: `checkpoint: ${name}`, ...figures, reach });
  }
  return rows;
}
