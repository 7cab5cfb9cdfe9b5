/**
 * The shape of the source, as a test: which room may import which, no cycles, no long rooms, one door to the platform.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as gil from 'gil';
import * as shared from 'gil/shared';
import * as threading from 'gil/threading';
import { describe, expect, it } from 'vitest';
import { EXPORTS } from '../src/executors/exports.js';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** A room may import rooms of a lower floor, and itself. Faces are above all of them. */
const FLOORS: Record<string, number> = {
  'errors.ts': 0,
  'events.ts': 0,
  dialects: 0,
  host: 1,
  steps: 1,
  transform: 1,
  trace: 1,
  lock: 2,
  runtime: 3,
  threading: 4,
  shared: 4,
  executors: 5,
  sim: 5,
  entry: 5,
  lab: 6,
  cli: 6,
};
const FACE = 7;
/** The steps sideways: everybody may raise an error, the drivers of the steps sleep on the host's memory, the command runs the lab. */
const SIDEWAYS = ['dialects → errors.ts', 'steps → host', 'cli → lab'];
/** A started file hands the package's own face to functions by value. */
const ENTRY_MAY_START = ['index.ts', 'threading.ts', 'shared.ts'];
const MAX_LINES = 350;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const text = (file: string) => readFileSync(join(SRC, file), 'utf8');
const code = (file: string) => text(file).replace(/^\s*(\*|\/\*\*|\/\/).*$/gm, '');
const roomOf = (file: string) => file.split('/')[0] as string;
const floorOf = (file: string) => FLOORS[roomOf(file)] ?? (file.includes('/') ? Number.NaN : FACE);

/** Own modules that a file imports, as files. `type` imports count: a type is part of a room's face. */
function importsOf(file: string): string[] {
  return [...code(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, specifier]) =>
    relative(SRC, resolve(SRC, dirname(file), (specifier as string).replace(/\.js$/, '.ts'))),
  );
}

describe('rooms', () => {
  it('all have a floor', () => {
    expect(files.filter((file) => Number.isNaN(floorOf(file)))).toEqual([]);
  });

  it('import only lower floors', () => {
    const breaks = files.flatMap((file) =>
      importsOf(file)
        .filter((imported) => roomOf(imported) !== roomOf(file) && floorOf(imported) >= floorOf(file))
        .filter((imported) => !SIDEWAYS.includes(`${roomOf(file)} → ${roomOf(imported)}`))
        .filter((imported) => !(roomOf(file) === 'entry' && ENTRY_MAY_START.includes(imported)))
        .map((imported) => `${file} → ${imported}`),
    );
    expect(breaks).toEqual([]);
  });

  it('have no cycles', () => {
    const state = new Map<string, 'open' | 'closed'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'closed') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      state.set(file, 'open');
      for (const imported of importsOf(file)) visit(imported, [...path, file]);
      state.set(file, 'closed');
    };
    // Type-only circles inside one room do not exist at run time.
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('are not started files that somebody imports', () => {
    const importers = files.filter((file) => roomOf(file) !== 'entry' && importsOf(file).some((imported) => roomOf(imported) === 'entry'));
    expect(importers).toEqual([]);
  });
});

describe('files', () => {
  it.each(files)('%s is of a size that can be read, and says what it is for', (file) => {
    const lines = text(file).split('\n');
    expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
    expect(lines[0]?.startsWith('#!') ? lines[1] : lines[0]).toBe('/**');
  });

  it('leave the platform to host/', () => {
    const doors =
      /\bAtomics\.(wait|waitAsync)\b|\bnew Worker\(|\bfork\(|\bDate\.now\b|\bMath\.random\b|\bset(Timeout|Interval|Immediate)\(|\bperformance\./;
    const outside = files.filter((file) => roomOf(file) !== 'host' && roomOf(file) !== 'lab' && doors.test(code(file)));
    expect(outside).toEqual([]);
  });

  it('have no any, no enum, and no unfinished business', () => {
    const bad = files.filter((file) => /:\s*any\b|<any>|\bas any\b|\benum\s/.test(code(file)) || /TODO|FIXME|XXX/.test(text(file)));
    expect(bad).toEqual([]);
  });
});

describe('the face', () => {
  it('and the list of what a function by value may use are the same', () => {
    expect([...EXPORTS].sort()).toEqual(Object.keys({ ...gil, ...threading, ...shared }).sort());
  });
});
