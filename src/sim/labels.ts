/**
 * What a switch point is called in a schedule's text: a name that is still right when lines were moved and other code was changed.
 */
import { Step } from '../steps/step.js';
import { coverage, type Site, siteAt } from '../transform/sites.js';
import { Point, type SwitchPoint } from './switch-point.js';

/** A switch point's label; `undefined` for a bare `yield`, which has nothing to be known by. */
export function labelOf(point: SwitchPoint): string | undefined {
  if (point === undefined) return undefined;
  if (typeof point === 'number') return siteAt(point)?.label;
  if (point instanceof Step) return `${point.operation}-${point.index}`;
  return clean(`${point.announcement}-${nameOf(point.target)}`);
}

/** A name for what an operation is done to, if it has one. */
export function nameOf(target: unknown): string {
  if (typeof target === 'string') return target;
  const name: unknown = (typeof target === 'object' && target !== null) || typeof target === 'function' ? Reflect.get(target, 'name') : '';
  return typeof name === 'string' ? name : '';
}

/** A switch point in a few words, for a timeline. */
export function describePoint(point: SwitchPoint): string {
  if (point === undefined) return '·';
  if (typeof point === 'number') return describeSite(siteAt(point));
  if (point instanceof Step) return `${point.operation} ${point.index}`;
  return point instanceof Point ? `${point.announcement} ${nameOf(point.target)}`.trimEnd() : String(point);
}

/** The same, where it is told beside it what was read and written. */
export function placeOf(point: SwitchPoint): string {
  const site = typeof point === 'number' ? siteAt(point) : undefined;
  // Between a load and its store there is no code: what happens there is the store.
  return site?.kind === 'between' ? whereIs(site) : describePoint(point);
}

/** Without the signs that mean something in a schedule. */
function clean(label: string): string {
  return label.replace(/[^\p{L}\p{N}_$-]+/gu, '_');
}

/** Counts how often threads have stood at each label. */
export class Standings {
  readonly #hits: Map<string, number>[];

  constructor(threads: number) {
    this.#hits = Array.from({ length: threads }, () => new Map());
  }

  /** A thread has come to a switch point; how often it has stood there, this time included. */
  arrive(thread: number, label: string): number {
    const hits = this.#hits[thread]!;
    const count = (hits.get(label) ?? 0) + 1;
    hits.set(label, count);
    return count;
  }
}

function describeSite(site: Site | undefined): string {
  if (site === undefined) return '?';
  if (site.kind === 'entry') return `${whereIs(site)}  ${site.functionName === 'anonymous' ? 'begins' : `${site.functionName}()`}`;
  if (site.kind === 'between') return `${whereIs(site)}  stores, with ${site.text}`;
  if (site.kind === 'after') return `${whereIs(site)}  after ${site.text.replace(/;$/, '')}`;
  return `${whereIs(site)}  ${site.kind === 'turn' ? `next turn of ${site.text.replace(/;$/, '')}` : site.text}`;
}

function whereIs({ file, line, functionName }: Site): string {
  if (file !== undefined) return `${file}:${line}`;
  return functionName === 'anonymous' ? `line ${line}` : `${functionName}:${line}`;
}

/** Of a program that has run, the places where its threads could have been switched. */
export function sitesOf(known: readonly number[]): { readonly total: number; readonly missed: readonly string[] } {
  const { total, missed } = coverage(known);
  return { total, missed: missed.map((number) => describeSite(siteAt(number)).replace(/ {2}/, ' ')) };
}

/** What was thrown, or that a condition gave `false`. */
export function oneLine(error: unknown): string {
  if (error === undefined) return 'it gave false';
  return error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
}
