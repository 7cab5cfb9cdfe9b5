/**
 * What the text of a twin uses from around it: the values, whether they can change, and where its code has to be made to see them.
 */
import { StatefulError } from './frames-error.js';
import type { TwinPlace } from './twins.js';

/** A variable from around a text. */
export interface UsedAround {
  readonly name: string;
  /** Whose text uses it. */
  readonly title: string;
  readonly value: unknown;
  /** Looks again; `undefined` for what is constant. */
  readonly again: (() => unknown) | undefined;
}

/** The surroundings of a text. */
export interface Around {
  has(name: string): boolean;
  /** Of the names that a text uses, those that are variables around it. */
  uses(names: Iterable<string>, isGlobal: (name: string) => boolean): readonly UsedAround[];
  /** Evaluates a text there. */
  evaluate(text: string): unknown;
  /** What comes in front of a code, where {@link given} has the name `given`. */
  head(names: ReadonlySet<string>, given: string): string;
  readonly given: unknown;
}

// biome-ignore lint/security/noGlobalEval: to make code of a text is what this is for
const everywhere = globalThis.eval;

/** For a text whose names are given. */
export const NOTHING_AROUND: Pick<Around, 'evaluate'> = { evaluate: (text) => everywhere(text) };

export function aroundOf({ plain, origin, exports }: TwinPlace, title: string): Around {
  const own = plain.name;
  if (origin === undefined) {
    const given: Record<string, unknown> = { ...exports, [own]: plain };
    const mine = (names: Iterable<string>): string[] => [...names].filter((name) => Object.hasOwn(given, name));
    return {
      has: (name) => Object.hasOwn(given, name),
      uses: (names) => mine(names).map((name) => ({ name, title, value: given[name], again: undefined })),
      evaluate: everywhere,
      head: (names, from) => `const { ${mine(names).join(', ')} } = ${from};`,
      given,
    };
  }
  const { imports } = origin;
  const isImported = (name: string): boolean => Object.hasOwn(imports, name);
  return {
    has: () => true,
    uses: (names, isGlobal) =>
      [...names].flatMap((name): UsedAround[] => {
        const again = isImported(name) ? () => imports[name] : (origin.evaluate(`() => ${name}`) as () => unknown);
        let value: unknown;
        try {
          value = again();
        } catch (cause) {
          throw new StatefulError(title, `uses \`${name}\`, which is not there: ${String(cause)}`);
        }
        if (isGlobal(name) && Object.is(value, Reflect.get(globalThis, name))) return [];
        return [{ name, title, value, again: isConstant(name, origin.evaluate) ? undefined : again }];
      }),
    evaluate: origin.evaluate,
    head: (names, from) => `const { ${[...names].filter(isImported).join(', ')} } = ${from};`,
    given: imports,
  };
}

/** Only what is constant cannot be set to what it is. An import is no variable of the file, and cannot be told. */
function isConstant(name: string, evaluate: (text: string) => unknown): boolean {
  try {
    (evaluate(`() => { ${name} = ${name}; }`) as () => void)();
    return false;
  } catch (error) {
    return error instanceof TypeError;
  }
}
