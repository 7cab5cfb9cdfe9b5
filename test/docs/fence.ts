/**
 * Code fences of the documents, as programs. A fence is run as it stands, but for its assertions: `console.log(x); // => text`
 * compares what is printed, `x; // => text` what `util.inspect` makes of the value.
 *
 *   ```ts            a program of its own
 *   ```ts no-run     shown, not run
 *   ```ts work.ts    not run by itself: a file beside the other fences of the same page
 */
import ts from 'typescript';

/** A piece of code in a document. */
export interface Fence {
  /** The document, relative to the project. */
  readonly page: string;
  /** The line of the document that the code's first line is on. */
  readonly line: number;
  readonly code: string;
  readonly language: 'ts' | 'js';
  readonly use: { readonly kind: 'run' } | { readonly kind: 'show' } | { readonly kind: 'file'; readonly name: string };
}

/** Every `ts` and `js` fence of a page; in TypeScript, those of its doc comments. */
export function fencesOf(page: string, text: string): Fence[] {
  const fences: Fence[] = [];
  let open: { language: string; info: string; line: number; code: string[] } | undefined;
  for (const [index, whole] of text.split('\n').entries()) {
    const line = page.endsWith('.ts') ? /^\s*\* ?(.*)$/.exec(whole)?.[1] : whole;
    if (line === undefined) continue;
    const fence = /^```(\w*) ?(.*)$/.exec(line);
    if (open === undefined) {
      if (fence) open = { language: fence[1] ?? '', info: (fence[2] ?? '').trim(), line: index + 2, code: [] };
    } else if (!fence) {
      open.code.push(line);
    } else {
      const { language, info } = open;
      if (language === 'ts' || language === 'js')
        fences.push({ page, line: open.line, code: open.code.join('\n'), language, use: useOf(info) });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line - 1}: this fence is never closed`);
  return fences;
}

function useOf(info: string): Fence['use'] {
  if (info === '') return { kind: 'run' };
  return info === 'no-run' ? { kind: 'show' } : { kind: 'file', name: info };
}

/** The fence as JavaScript, with its assertions turned into calls of `$fence`. */
export function programOf({ code, page, line }: Fence): string {
  const source = ts.createSourceFile('fence.ts', code, ts.ScriptTarget.ESNext, true);
  const edits: { readonly at: number; readonly until: number; readonly text: string }[] = [];
  const found: number[] = [];
  const visit = (node: ts.Node): void => {
    const expected = ts.isExpressionStatement(node) ? /^[ \t]*\/\/ => ?(.*)/.exec(code.slice(node.end))?.[1] : undefined;
    if (ts.isExpressionStatement(node) && expected !== undefined) {
      const at = line + source.getLineAndCharacterOfPosition(node.end).line;
      found.push(at);
      const { expression } = node;
      const check = (how: string): string => `;$fence.${how}(${at}, ${JSON.stringify(expected.trim())})`;
      const isLog = ts.isCallExpression(expression) && expression.expression.getText(source) === 'console.log';
      if (isLog) edits.push({ at: node.getStart(source), until: expression.expression.end, text: check('printed') });
      else {
        edits.push({ at: node.getStart(source), until: node.getStart(source), text: `${check('value')}((` });
        edits.push({ at: expression.end, until: expression.end, text: '))' });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const [index, text] of code.split('\n').entries()) {
    if (text.includes('// =>') && !found.includes(line + index))
      throw new Error(`${page}:${line + index}: only an expression statement can be compared`);
  }
  let checked = code;
  for (const { at, until, text } of edits.sort((a, b) => b.at - a.at)) checked = checked.slice(0, at) + text + checked.slice(until);
  return `import './$fence.js'; $fence.expect(${JSON.stringify(found)}); ${javascript(checked)}`;
}

/** TypeScript as Node 20 can run it. */
export function javascript(code: string): string {
  return ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  }).outputText;
}

/** What a fence finds under `./$fence.js`. */
export const HARNESS = `
import { format, inspect } from 'node:util';
let open = new Set();
// \`[ 'a' ]\` and \`['a']\` are one value.
const bare = (text) => text.replace(/([[{(]) | ([\\]})])/g, '$1$2');
const compare = (line, expected, actual) => {
  open.delete(line);
  if (bare(actual) === bare(expected)) return;
  console.error('line ' + line + ': expected ' + expected + ', got ' + actual);
  process.exitCode = 1;
};
globalThis.$fence = {
  expect: (lines) => { open = new Set(lines); },
  printed: (line, expected) => (...values) => compare(line, expected, format(...values)),
  value: (line, expected) => (value) => compare(line, expected, inspect(value, { breakLength: Infinity, compact: 9 })),
};
process.on('exit', () => {
  for (const line of open) console.error('line ' + line + ': never reached');
  if (open.size > 0) process.exitCode ||= 1;
});
`;
