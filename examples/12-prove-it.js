// Can an update be lost? Two threads with two updates each, every schedule of them, under two interpreters' rules.
// Prints a proof for 3.13 and the simplest counterexample for 3.9.
import { explore, times } from 'gil/sim';

const reports = explore({
  dialects: ['cpython-3.13', 'cpython-3.9'],
  state: () => ({ n: 0 }),
  threads: times(2, (s) => {
    for (let i = 0; i < 2; i++) s.n += 1;
  }),
  after: (s) => s.n === 4,
});

for (const report of reports) console.log(`${report}\n`);
