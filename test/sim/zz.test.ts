import { it } from 'vitest';
import { compare } from './states-ordinary.js';

it('x', { timeout: 600000 }, () => {
  const n = Number(process.env['N'] ?? 70);
  for (const d of (process.env['D'] ?? 'cpython-3.13').split(',')) {
    const { refused, differences, ...rest } = compare(0, n, d as never);
    console.log(
      d,
      rest,
      refused.length,
      refused
        .map((t) => t.replace(/ \(s\) =>.*/s, ''))
        .slice(0, 40)
        .join('\n'),
      differences.slice(0, 2).join('\n'),
    );
  }
});
