/**
 * A livelock in words: the circle once, what was before it, and who waits in it for what to change.
 */
import { isNews, pathOf } from './access.js';
import type { Circle } from './rounds.js';
import { type Move, tellMove } from './story.js';

/** Moves that are made time and again, as they are told. */
export interface ToldCircle {
  /** The step that it begins with, from 1. */
  readonly from: number;
  /** How many moves it takes. */
  readonly moves: number;
  /** How often it was gone round, until it was believed. */
  readonly seen: number;
  /** Who goes round. */
  readonly threads: readonly string[];
  /** Who waits for what. */
  readonly sentence: string;
}

/** Places in a loop that say nothing can make a circle look shorter than it is. */
const MOST_TIMES = 16;

/** The circle as early and as short as it shows. */
export function circleOf(
  moves: readonly Move[],
  circle: Circle,
  names: readonly string[],
  standing: (thread: number) => 'over' | 'blocked' | 'able',
): ToldCircle {
  const whats = moves.map((move) => `${move.thread} ${tellMove(move)}`);
  let [from, length] = [circle.from, circle.moves];
  for (let times = MOST_TIMES; times > 0; times -= 1) {
    const candidate = circle.moves * times;
    let at = whats.length - candidate;
    while (at > 0 && whats[at - 1] === whats[at - 1 + candidate]) at -= 1;
    if (at >= 0 && at + candidate <= from + length && at + 2 * candidate <= whats.length) [from, length] = [at, candidate];
  }
  const round = moves.slice(from, from + length);
  const threads = [...new Set(round.map(({ thread }) => thread))].sort((one, other) => one - other);
  const others = names.flatMap((name, thread) =>
    threads.includes(thread) ? [] : [`${name} ${standing(thread) === 'over' ? 'has ended' : 'waits'}`],
  );
  return {
    from: from + 1,
    moves: length,
    seen: Math.floor((moves.length - from) / length),
    threads: threads.map((thread) => names[thread]!),
    sentence: sentenceOf(round, threads, names, others),
  };
}

function sentenceOf(round: readonly Move[], threads: readonly number[], names: readonly string[], others: readonly string[]): string {
  const all = round.flatMap(({ accesses }) => accesses);
  const changes = new Set(
    all.filter(({ kind, before, after }) => kind === 'write' && before !== after).map(({ object, key }) => pathOf(object, key)),
  );
  const waits = threads.map((thread) => {
    const read = new Map<string, unknown>();
    for (const access of all)
      if (access.thread === thread && access.kind === 'read' && isNews(access)) read.set(pathOf(access.object, access.key), access.after);
    const what = [...read].map(([place, value]) => (changes.has(place) ? place : `${place} to be other than ${String(value)}`));
    return `${names[thread]} waits for ${what.length === 0 ? 'something else' : what.join(' and ')}`;
  });
  const rest = others.length === 0 ? '' : ` (${others.join(', ')})`;
  const why =
    changes.size === 0
      ? `nobody who can go on changes that${rest}`
      : `they change ${[...changes].join(' and ')}, and all is as it was after each turn${rest}; another order may lead out of it`;
  return `${waits.join(', ')}: ${why}`;
}
