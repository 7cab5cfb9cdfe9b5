/**
 * What a twin's text calls, as it is known by its name: `$gil.call1(f, x)` and its like.
 */
import type { AnyNode, CallExpression } from 'acorn';

/** The name of what is called of the twin's runtime, as `call1`; `twin` is the runtime's own name. */
export function nameInTwin(callee: AnyNode, twin: string | undefined): string | undefined {
  if (twin === undefined || callee.type !== 'MemberExpression') return undefined;
  const { object, property } = callee;
  return object.type === 'Identifier' && object.name === twin && property.type === 'Identifier' ? property.name : undefined;
}

/** Ways to call what is known at run time only. */
export type CallKind = 'call' | 'method' | 'on' | 'get' | 'set' | 'new' | 'as' | 'above';

/** What is called if a function is that may have to be taken apart: without the number of its arguments. */
export function callInTwin({ callee }: CallExpression, twin: string | undefined): CallKind | undefined {
  return /^(call|method|on|get|set|new|as|above)[0-3n]?$/.exec(nameInTwin(callee, twin) ?? '')?.[1] as ReturnType<typeof callInTwin>;
}
