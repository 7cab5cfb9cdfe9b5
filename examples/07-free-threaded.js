// Who loses updates? Four threads increment one shared cell, by the rules of three interpreters.
// Prints how many of 400000 updates got lost: some under 3.9, none under 3.13, some without a lock.
import { ThreadPool } from 'gil';

const increment = (cell, n) => {
  for (let i = 0; i < n; i++) cell[0]++;
};

for (const dialect of ['cpython-3.9', 'cpython-3.13', 'cpython-3.13t']) {
  const pool = new ThreadPool(4, { dialect, switchInterval: 0.5 });
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const cells = [cell, cell, cell, cell];
  await pool.map(increment, cells, [0, 0, 0, 0]).toArray(); // the threads start
  await pool.map(increment, cells, [1e5, 1e5, 1e5, 1e5]).toArray();
  const lost = 4e5 - cell[0];
  console.log(`${dialect}: lock ${pool.lock.isEnabled ? 'on' : 'off'}, ${lost} lost`);
  await pool.shutdown();
}
