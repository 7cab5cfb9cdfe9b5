/**
 * Can an update be lost? A proof under 3.13, the simplest counterexample under 3.9.
 *
 *   node examples/12-prove-it.js
 */
import { explore, times } from 'gil/sim';

const reports = explore({
  dialects: ['cpython-3.13', 'cpython-3.9'],
  state: () => ({ n: 0 }),
  threads: times(2, (s) => {
    for (let i = 0; i < 2; i++) s.n += 1;
  }),
  after: (s) => s.n === 4,
});

for (const report of reports) console.log(String(report).replace(/, \d+ schedules\/ms/, ''), '\n');
