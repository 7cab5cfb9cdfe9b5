/**
 * What a function does to what it is given, access by access: for saying that a twin does the same in the same order.
 */
import { expect } from 'vitest';
import type { Dialect } from '../../src/dialects/dialect.js';
import { dialects } from '../../src/dialects/registry.js';
import { linkFunction } from '../../src/transform/link.js';
import { createLooks } from '../../src/transform/looks.js';
import { siteAt } from '../../src/transform/sites.js';
import { instrumentFunction } from '../../src/transform/task.js';
import { activate, natives, type TwinRules, twinOf } from '../../src/transform/twins.js';

/** An object whose every access is written down under its name. */
export function logged<O extends object>(name: string, target: O, log: string[]): O {
  const traps = new Proxy(
    {},
    {
      get:
        (_, trap: string) =>
        (...args: unknown[]) => {
          log.push(`${trap} ${name}${typeof args[1] === 'string' ? `.${args[1]}` : typeof args[1] === 'symbol' ? String(args[1]) : ''}`);
          return (Reflect as unknown as Record<string, (...args: unknown[]) => unknown>)[trap]!(...args);
        },
    },
  );
  return new Proxy(target, traps as ProxyHandler<O>);
}

/** What came out, in the same words whichever way it was run. */
interface Outcome {
  readonly result: unknown;
  readonly log: readonly string[];
}

type Program = (o: never) => unknown;

function outcome(run: (log: string[]) => unknown): Outcome {
  const log: string[] = [];
  try {
    return { result: run(log), log };
  } catch (error) {
    return { result: `threw ${String(error)}`, log };
  }
}

export const RULES: Omit<TwinRules, 'dialect'> = {
  exports: {},
  accessors: new Set<string>(),
  atomic: new Set<unknown>(),
  onOpaque: (_, reason) => {
    throw new Error(reason);
  },
};

/** Runs a function and its twin, which must do the same; gives where the twin could be switched, and what was native. */
export function same(
  plain: Program,
  make: (log: string[]) => unknown,
  dialect: Dialect,
  rules: Partial<TwinRules> = {},
): { readonly result: unknown; readonly sites: readonly string[]; readonly natives: readonly string[] } {
  activate({ ...RULES, ...rules, dialect });
  const twin = twinOf(plain);
  const sites: string[] = [];
  const mine = outcome((log) => {
    const thread = twin(make(log));
    for (let turn = thread.next(); ; turn = thread.next()) {
      if (turn.done) return turn.value;
      const site = siteAt(turn.value)!;
      sites.push(`${site.functionName} ${site.kind}`);
    }
  });
  expect(mine).toEqual(outcome((log) => plain(make(log) as never)));
  return { result: mine.result, sites, natives: [...natives.keys()] };
}

/** How often the live text of a function looks. */
export function looks(plain: (...args: never[]) => unknown, dialect: Dialect, args: unknown[]): { result: unknown; count: number } {
  let count = 0;
  const look = (): void => {
    count += 1;
  };
  const own = dialect.lock === 'none' ? dialects['cpython-3.9'] : dialect;
  const source = instrumentFunction(plain, { dialect: own, exports: new Set<string>(), loops: 'every-turn' });
  const live = linkFunction(
    source,
    createLooks({ breaker: new Int32Array([1]), look, tick: look, resume: (value) => value, enter: () => {} }),
    {},
  );
  try {
    return { result: live(...(args as [])), count };
  } catch (error) {
    return { result: `threw ${String(error)}`, count };
  }
}
