/**
 * What a task's free variables mean in a worker: an export of this package, a spelling that a compiler left for one,
 * a global; or an error that names the variable, its position and the remedy.
 */
import { FreeVariableError, TaskFunctionError } from '../errors.js';
import { LOOK_NAMES, type LookName } from './looks.js';
import { type ReadTask, taskTitle } from './read-task.js';
import type { Reference } from './scope.js';

/** Where the free names of a task come from. */
export interface Resolved {
  readonly exports: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  /** The exports that are read through namespaces. */
  readonly members: ReadonlySet<string>;
  readonly identities: ReadonlySet<string>;
  /** Looks that are in the text already, because its module was loaded with looks. */
  readonly looks: Readonly<Record<string, LookName>>;
}

/** What compilers make of `import { sleep } from 'gil'` and `import { Lock } from 'gil/threading'`: vitest, Vite, esbuild, TypeScript, Babel, Rollup. */
const NAMESPACE =
  /^(?:__vi_import_\d+__|__vite_ssr_import_\d+__|(?:import_|_)?(?:gil|threading|shared)\d*|(?:gil|threading|shared)_\d+|Gil|Threading|Shared)$/;

/** Functions that compilers put outside the function they compile. */
const COMPILER_HELPER =
  /^(?:__(?!dirname$|filename$)[a-z]\w*|_(?:async|await|wrap|class|define|object|to|sliced|instance|inherits|create|super|tagged|using)\w*)$/i;

const MODULE_REMEDY = "export the function from a module and use tasks(new URL('./work.js', import.meta.url))";

/** Resolves every free name of a task, or throws for the first one that does not exist in a worker. */
export function resolveFree(
  task: Pick<ReadTask, 'name' | 'framed' | 'start'>,
  free: readonly Reference[],
  available: ReadonlySet<string>,
): Resolved {
  const exports = new Set<string>();
  const namespaces = new Set<string>();
  const members = new Set<string>();
  const identities = new Set<string>();
  const looks: Record<string, LookName> = {};
  for (const reference of free) {
    const { name } = reference.node;
    const look = /^\$gil\d*_(\w+)$/.exec(name)?.[1];
    if (look !== undefined && isLookName(look)) looks[name] = look;
    else if (name === 'arguments') {
      throw new TaskFunctionError(
        `${taskTitle(task.name)} is an arrow function and uses the \`arguments\` of the function around it: name its parameters, as in \`(...args) =>\``,
      );
    } else if (available.has(name)) exports.add(name);
    else if (NAMESPACE.test(name) && reference.member !== undefined && available.has(reference.member)) {
      namespaces.add(name);
      members.add(reference.member);
    } else if (name === '__name') identities.add(name);
    else if (!(name in globalThis)) throw unknownVariable(task, reference, available);
  }
  return { exports, namespaces, members, identities, looks };
}

function isLookName(name: string): name is LookName {
  return (LOOK_NAMES as readonly string[]).includes(name);
}

function unknownVariable(
  task: Pick<ReadTask, 'name' | 'framed' | 'start'>,
  { node, member }: Reference,
  available: ReadonlySet<string>,
): FreeVariableError {
  // Of a renamed import, the member is the name that the user wrote.
  const variable = NAMESPACE.test(node.name) && member !== undefined ? member : node.name;
  const before = task.framed.slice(task.start, node.start).split('\n');
  const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
  const problem = `${taskTitle(task.name)} uses the variable \`${variable}\` (line ${line}, column ${column}), which does not exist in a worker`;
  return new FreeVariableError(`${problem}. ${remedy(variable, task, available)}`, { variable, line, column });
}

function remedy(variable: string, task: Pick<ReadTask, 'name'>, available: ReadonlySet<string>): string {
  const call = /^[\w$]+$/.test(task.name) && task.name !== 'anonymous' ? task.name : 'task';
  if (variable.startsWith('cov_'))
    return 'A coverage tool put it there: leave the file with the task out of its coverage, or use V8 coverage';
  if (/^__vite_ssr_import_meta__$/.test(variable))
    return `It stands for import.meta: pass import.meta.url as an argument, or ${MODULE_REMEDY}`;
  if (/^__vite_ssr_dynamic_import__$/.test(variable))
    return `It stands for import(), which the compiler moved out of the function: ${MODULE_REMEDY}`;
  if (COMPILER_HELPER.test(variable))
    return `It is a helper that a compiler puts outside the function, for a target older than the code: set the compiler's target to es2022 or newer, or ${MODULE_REMEDY}`;
  if (/^(?:require|module|exports|__dirname|__filename)$/.test(variable))
    return `It belongs to a CommonJS file: use await import('node:fs') inside the task, or ${MODULE_REMEDY}`;
  const original = variable.replace(/\d+$/, '');
  if (original !== variable && available.has(original))
    return `If it is this package's \`${original}\`, a bundler has renamed it: import * as gil from 'gil' and use gil.${original}; or ${MODULE_REMEDY}`;
  if (variable === task.name)
    return `If it is the task itself, write it as \`function ${variable}(…) { … }\`, which knows its own name; or ${MODULE_REMEDY}`;
  return `Pass it as an argument: pool.submit(${call}, ${variable}), or ${MODULE_REMEDY}`;
}
