/**
 * What the three ways of counting references cost, and whom.
 */
import { ThreadPool } from 'gil';
import { RefCounted } from 'gil/shared';
import { median } from './measure.js';

const ROUNDS = 300_000;
const REPETITIONS = 9;

/** Nanoseconds of one incref and one decref. */
const count = (object, rounds) => {
  const start = performance.now();
  for (let i = 0; i < rounds; i += 1) {
    object.incref();
    object.decref();
  }
  return ((performance.now() - start) / rounds) * 1e6;
};

const make = (counting) => new RefCounted({ counting });

async function countings() {
  const pool = new ThreadPool(2, { dialect: 'cpython-3.13t' });
  const table = [];
  for (const counting of ['plain', 'atomic', 'biased']) {
    const alone = [];
    const another = [];
    const both = [];
    for (let i = -2; i < REPETITIONS; i += 1) {
      const mine = make(counting);
      const maker = count(mine, ROUNDS);
      const other = await pool.submit(count, mine, ROUNDS);
      // Plainly, two at once lose references: what that costs is not worth knowing.
      const shared = make(counting);
      for (let n = 0; n < 2; n += 1) shared.incref();
      const two = counting === 'plain' ? [Number.NaN] : await Promise.all([0, 1].map(() => pool.submit(count, shared, ROUNDS)));
      if (i < 0) continue;
      alone.push(maker);
      another.push(other);
      both.push(Math.max(...two));
    }
    table.push({
      'incref + decref': counting,
      'by its maker': show(alone),
      'by another thread': show(another),
      'by two others at once': counting === 'plain' ? 'wrong' : show(both),
    });
  }
  await pool.shutdown();
  return table;
}

function show(values) {
  return `${median(values).toFixed(1)} ns`;
}

export async function run() {
  return { table: await countings(), remark: '' };
}
