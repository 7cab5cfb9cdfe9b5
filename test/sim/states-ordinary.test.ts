/**
 * The stateful search on ordinary functions: against every schedule of small random programs in three dialects, and what it says of what it cannot
 * take.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DialectName } from '../../src/dialects/registry.js';
import type { Canonical } from '../../src/sim/canonical.js';
import { compare } from './states-ordinary.js';

// More of them by hand, now and then: `GIL_SIM_PROGRAMS=3000`.
const programs = Number(process.env['GIL_SIM_PROGRAMS'] ?? 70);

describe('outcomes of random programs', () => {
  it.each<DialectName>(['cpython-3.9', 'cpython-3.13', 'cpython-3.13t'])(
    'are those of all schedules under %s',
    { timeout: 1000 * programs },
    (dialect) => {
      const { whole, part, failures, refused, differences } = compare(0, programs, dialect);
      expect(differences).toEqual([]);
      // Some keep a variable of a loop's turn, or change a Map under who goes through it.
      expect(refused.filter((text) => !/made anew on each turn|gets or loses a key/.test(text))).toEqual([]);
      expect(whole).toBeGreaterThan(programs / 3);
      expect(part).toBeGreaterThan(programs / 10);
      expect(failures).toBeGreaterThan(0);
    },
  );
});

describe('outcomes of random programs with locks, conditions, semaphores and events', () => {
  it.each<DialectName>(['cpython-3.13', 'cpython-3.13t'])(
    'are those of all schedules under %s',
    { timeout: 1000 * programs },
    (dialect) => {
      const { whole, part, failures, refused, differences } = compare(0, programs, dialect, 'waiting');
      expect(differences).toEqual([]);
      expect(refused).toEqual([]);
      expect(whole + part).toBeGreaterThan(programs / 3);
      expect(failures).toBeGreaterThan(programs / 5);
    },
  );
});

describe('a fault in the search is seen by that', () => {
  afterEach(() => {
    vi.doUnmock('../../src/transform/frames-code.js');
    vi.doUnmock('../../src/transform/frames-callbacks.js');
    vi.doUnmock('../../src/transform/frames-construct.js');
    vi.doUnmock('../../src/sim/states-constants.js');
    vi.doUnmock('../../src/sim/states-snapshot.js');
    vi.resetModules();
  });

  type Code = typeof import('../../src/transform/frames-code.js');
  const inCode = (change: (text: ReturnType<Code['assemble']>) => Partial<ReturnType<Code['assemble']>>) => () => {
    vi.doMock('../../src/transform/frames-code.js', async (original) => {
      const real = (await original()) as Code;
      return {
        ...real,
        assemble: (...given: Parameters<Code['assemble']>) => {
          const text = real.assemble(...given);
          return { ...text, ...change(text) };
        },
      };
    });
  };

  it.each([
    ['a variable that is not written', inCode(({ live }) => ({ live: live.map((slots) => slots?.slice(0, -1)) }))],
    ['variables that functions inside keep, not written', inCode(() => ({ captured: [] }))],
    [
      'callbacks in which nobody else runs',
      () =>
        vi.doMock('../../src/transform/frames-callbacks.js', async (original) => {
          const { callbackText } = (await original()) as typeof import('../../src/transform/frames-callbacks.js');
          const text = 'function* (...args) { return natively(native, this, args); }';
          const faulty: typeof callbackText = (...given) => {
            const real = callbackText(...given);
            return real && { ...real, text };
          };
          return { callbackText: faulty };
        }),
    ],
    [
      'constructors in which nobody else runs',
      () =>
        vi.doMock('../../src/transform/frames-construct.js', async (original) => {
          const real = (await original()) as typeof import('../../src/transform/frames-construct.js');
          const text = 'function* (newTarget, made, args) { return construct(made, args, newTarget); }';
          return { ...real, CONSTRUCT: { text, helpers: { construct: Reflect.construct } } };
        }),
    ],
    [
      'classes that are taken for one',
      () =>
        vi.doMock('../../src/sim/states-constants.js', async (original) => {
          const real = (await original()) as typeof import('../../src/sim/states-constants.js');
          class Faulty extends real.Constants {
            override prototype(prototype: object): number | undefined {
              return super.prototype(prototype) && 7;
            }
          }
          return { ...real, Constants: Faulty };
        }),
    ],
    [
      'a state that is not put back',
      () =>
        vi.doMock('../../src/sim/states-snapshot.js', async (original) => {
          const real = (await original()) as typeof import('../../src/sim/states-snapshot.js');
          class Faulty extends real.Snapshots {
            override take(canonical: Canonical): void {
              const { objects, kinds } = canonical;
              const kept = objects.map((_, at) => at).filter((at) => kinds[at] !== 'object' || at === 0);
              super.take({ objects: kept.map((at) => objects[at]), kinds: kept.map((at) => kinds[at]) } as never);
            }
          }
          return { ...real, Snapshots: Faulty };
        }),
    ],
  ])('%s', { timeout: 60_000 }, async (_, fault) => {
    fault();
    vi.resetModules();
    const again = await import('./states-ordinary.js');
    const { differences, refused } = again.compare(0, 300, 'cpython-3.13', 'data', 100, 1);
    expect(differences.length + refused.length).toBeGreaterThan(0);
    expect(differences).not.toEqual([]);
  });
});
