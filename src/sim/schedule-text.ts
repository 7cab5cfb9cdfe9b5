/**
 * A schedule as a short text, `g1:ann+3.bob+2.ann`: who runs, and for how many moves, or as long as it can. Where a place has a label
 * (`ann+3~k3f9+2`: until `ann` stands at the place k3f9 for the 2nd time) a block is found again after unrelated edits, by its label.
 */
import { SpecError } from './errors.js';

/** A thread that runs without being interrupted. */
export interface Block {
  readonly thread: number;
  readonly moves: number;
  /** Where it stops: the label of the place, and how often it has stood there by then. */
  readonly stop: { readonly label: string; readonly hits: number } | undefined;
}

const VERSION = 'g1:';
/** In place of a thread: all of them, in turns, a move each. Its sign is the last of a schedule. */
export const EVERYBODY = -1;
const EVERYBODY_SIGN = '*';

export function formatSchedule(blocks: readonly Block[], names: readonly string[]): string {
  const parts = blocks.map(({ thread, moves, stop }, at) => {
    if (thread === EVERYBODY) return EVERYBODY_SIGN;
    if (at === blocks.length - 1 || !Number.isFinite(moves)) return names[thread];
    return `${names[thread]}+${moves}${stop === undefined ? '' : `~${stop.label}+${stop.hits}`}`;
  });
  return VERSION + parts.join('.');
}

/**
 * @throws SpecError
 */
export function parseSchedule(text: string, names: readonly string[]): Block[] {
  if (typeof text !== 'string' || !text.startsWith(VERSION))
    throw new SpecError(
      `schedule: expected a text such as '${VERSION}${names[0]}+3.${names.at(-1)}', as a report prints it; got ${JSON.stringify(text)}`,
    );
  return text
    .slice(VERSION.length)
    .split('.')
    .filter((part) => part !== '')
    .map((part) => {
      if (part === EVERYBODY_SIGN) return { thread: EVERYBODY, moves: Number.POSITIVE_INFINITY, stop: undefined };
      const [, name = '', moves, label, hits] = /^(.+?)(?:\+(\d+)(?:~([^+]+)\+(\d+))?)?$/.exec(part) ?? [];
      const thread = names.indexOf(name);
      if (thread < 0)
        throw new SpecError(
          `schedule: expected the names of this spec's threads, ${names.join(', ')}; got ${JSON.stringify(name)} in ${JSON.stringify(text)}`,
        );
      return {
        thread,
        moves: moves === undefined ? Number.POSITIVE_INFINITY : Number(moves),
        stop: label === undefined ? undefined : { label, hits: Number(hits) },
      };
    });
}

/** The blocks of a list of moves. */
export function blocksOf(trace: ArrayLike<number>): Block[] {
  const blocks: { thread: number; moves: number; stop: undefined }[] = [];
  for (let step = 0; step < trace.length; step += 1) {
    const last = blocks.at(-1);
    if (last?.thread === trace[step]) last!.moves += 1;
    else blocks.push({ thread: trace[step]!, moves: 1, stop: undefined });
  }
  return blocks;
}

/** The moves of blocks. */
export function traceOf(blocks: readonly Block[]): number[] {
  return blocks.flatMap(({ thread, moves }) => new Array<number>(moves).fill(thread));
}
