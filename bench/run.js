/**
 * `npm run bench [-- NAME…] [--json]`: each figure is a ratio of two things measured in this one run, beside what it is to reach.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';

const BENCHES = [
  'checkpoint',
  'lock',
  'hand-off',
  'variants',
  'threading',
  'shared',
  'refcounts',
  'peers',
  'pools',
  'threads',
  'behaviour',
  'explore',
  'interrupt',
];

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true });
const unknown = positionals.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  console.error(`no bench is named ${unknown.join(', ')}; there are: ${BENCHES.join(', ')}`);
  process.exit(2);
}

const rows = [];
const tables = [];
for (const name of positionals.length > 0 ? positionals : BENCHES) {
  const { run } = await import(`./${name}.js`);
  const result = await run();
  const { rows: own = [], ...table } = Array.isArray(result) ? { rows: result } : result;
  rows.push(...own);
  if (table.table || table.remark) tables.push({ name, ...table });
}
for (const row of rows) row.reached = row.ratio <= row.reach;

if (values.json) {
  console.log(
    JSON.stringify(
      { schemaVersion: 1, node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model, rows, tables },
      null,
      2,
    ),
  );
} else {
  const heads = ['figure', 'ratio', 'reach', 'reached', 'here', 'base'];
  const cells = rows.map(({ name, ratio, reach, reached, base, subject }) => [
    name,
    ratio.toFixed(2),
    `≤ ${reach}`,
    reached ? 'yes' : 'NO',
    subject,
    base,
  ]);
  if (rows.length > 0) print([heads, ...cells]);
  for (const { table = [], remark } of tables) {
    console.log();
    const columns = Object.keys(table[0] ?? {});
    if (table.length > 0) print([columns, ...table.map((row) => columns.map((column) => String(row[column] ?? '–')))]);
    if (remark !== '') console.log(remark);
  }
  console.log(`\nNode ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}`);
}

function print(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}
