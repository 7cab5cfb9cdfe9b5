/**
 * CPython's 158 tests of `concurrent.futures` and what became of each here. The list comes from a fixture; a test that is missing from the
 * suites is missing in the table, and fails.
 */
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { COLUMNS, type Column } from './columns.js';
import { Scene } from './scene.js';

/** One test method of CPython's. */
export interface Method {
  readonly file: string;
  /** Its class, where the file has the same name in several. */
  readonly group?: string;
  readonly name: string;
  /** What CPython runs it on, as letters of columns. */
  readonly pools: string;
  /** `yes`: the same meaning here. `adapt`: the same intent by another mechanism. `no`: it has no meaning here. */
  readonly verdict: 'yes' | 'adapt' | 'no';
  readonly why?: string;
}

const fixture = new URL('../../fixtures/conformance/futures.json', import.meta.url);

export const METHODS: readonly Method[] = JSON.parse(readFileSync(fixture, 'utf8'));

/** As long as CPython gives each of its tests. */
const TIMEOUT = 300_000;

type Run = (scene: Scene) => unknown;

/** How one of CPython's tests is done here. */
export interface Proof {
  readonly run: Run;
  /** In which way it is another test than CPython's. */
  readonly how?: string;
  /** Columns, by name, that it is not run on though CPython has it there, and why. */
  readonly except?: Readonly<Record<string, string>>;
}

/** By the method's name, or `Class.name`. */
export type Proofs = Readonly<Record<string, Run | Proof>>;

/** Says how a test differs from CPython's. */
export const adapted = (how: string, run: Run, except?: Proof['except']): Proof => ({ run, how, ...(except ? { except } : {}) });

declare module 'vitest' {
  interface TaskMeta {
    conformance?: { readonly key: string; readonly column: string };
  }
}

const registered = new Map<string, Proof>();

export const keyOf = ({ file, group, name }: Method): string => `${file} ${nameOf({ group, name })}`;

export const nameOf = ({ group, name }: Pick<Method, 'group' | 'name'>): string => (group === undefined ? name : `${group}.${name}`);

/** How a method is done here, if it is. */
export const proofOf = (method: Method): Proof | undefined => registered.get(keyOf(method));

/** All that the suites have, in order to find what no list knows. */
export const registeredKeys = (): string[] => [...registered.keys()];

/** Whether CPython has a test on this kind of pool; what it has on threads and on processes is tried on interpreters too. */
export function appliesTo({ verdict, pools }: Method, { letter }: Column): boolean {
  return verdict !== 'no' && (pools.includes(letter) || (pools === 'TP' && letter === 'I'));
}

/** One file of CPython's tests, on every column that each of them applies to. */
export function conformance(file: string, proofs: Proofs): void {
  for (const [name, proof] of Object.entries(proofs))
    registered.set(`${file} ${name}`, typeof proof === 'function' ? { run: proof } : proof);
  describe(file, () => {
    for (const column of COLUMNS) {
      const methods = METHODS.filter((method) => method.file === file && appliesTo(method, column));
      if (methods.length === 0) continue;
      describe(column.name, () => {
        for (const method of methods) register(method, column);
      });
    }
  });
}

function register(method: Method, column: Column): void {
  const proof = proofOf(method);
  if (proof === undefined || proof.except?.[column.name] !== undefined) return;
  it(`${nameOf(method)}${proof.how === undefined ? '' : `; adapted: ${proof.how}`}`, { timeout: TIMEOUT }, async ({ task }) => {
    task.meta.conformance = { key: keyOf(method), column: column.name };
    const scene = new Scene(column);
    try {
      await proof.run(scene);
    } finally {
      await scene.close();
    }
  });
}
