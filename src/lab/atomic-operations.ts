/**
 * Which operations are whole: one method of a list or a dictionary is, two are not. The same changes are made by one method each and by a
 * read and a write, under a dialect that may switch anywhere, and without a lock.
 */
import type { DialectName } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import { SharedDict } from '../shared/dict.js';
import { SharedList } from '../shared/list.js';
import type { Context, Experiment, Outcome } from './experiment.js';

const THREADS = 4;
/** How many changes each thread makes. */
const CHANGES = 10_000;
/** Far below the usual 5 ms: more switches in the same time. */
const INTERVAL = 0.1;
/** By chance threads may not meet: it is tried again so often. */
const TRIES = 20;
const DIALECTS = ['cpython-3.9', 'cpython-3.13t'] as const satisfies readonly DialectName[];

export const atomicOperations: Experiment = {
  name: 'atomic-operations',
  claim: 'One operation on a list or a dictionary is atomic, a read and a write are two',
  question: 'What do four threads lose that append, set and setdefault, and what if they read first and write then?',
  article: 'no figure',
  cpython: '`list.append` and `d[k] = v` lose nothing on any version; `d[k] += 1` loses up to 3.9 and in 3.13t',
  expectation: 'nothing lost by append, set and setDefault; updates lost by get + set; each under cpython-3.9 and cpython-3.13t',
  async run(context: Context): Promise<Outcome> {
    const lost: Record<string, number> = {};
    for (const dialect of DIALECTS) {
      context.progress(`single operations under ${dialect}`);
      await using pool = new ThreadPool(THREADS, { dialect, switchInterval: INTERVAL });
      const [list, dict, first, count] = [new SharedList(), new SharedDict(), new SharedDict(), new SharedDict({ n: 0 })];
      const won = await Promise.all(Array.from({ length: THREADS }, (_, me) => pool.submit(singly, me, CHANGES, list, dict, first)));
      lost[`append, ${dialect}`] = THREADS * CHANGES - list.length;
      lost[`set, ${dialect}`] = THREADS * CHANGES - dict.size;
      lost[`setDefault, ${dialect}`] = CHANGES - won.reduce((sum, each) => sum + each, 0);
      context.progress(`read and write under ${dialect}`);
      let tries = 0;
      do {
        tries += 1;
        await Promise.all(Array.from({ length: THREADS }, () => pool.submit(readAndWrite, CHANGES, count)));
      } while (count.get('n') === tries * THREADS * CHANGES && tries < TRIES);
      lost[`get + set, ${dialect}`] = tries * THREADS * CHANGES - (count.get('n') ?? 0);
    }
    const names = Object.keys(lost);
    const two = names.filter((name) => name.startsWith('get + set'));
    const one = names.filter((name) => !two.includes(name));
    return {
      holds: one.every((name) => lost[name] === 0) && two.every((name) => lost[name]! > 0),
      live: `lost by single operations: ${one.reduce((sum, name) => sum + lost[name]!, 0)}; by get + set: ${two.map((name) => `${lost[name]} (${name.split(', ')[1]})`).join(', ')}`,
      figures: { threads: THREADS, changesPerThread: CHANGES, ...lost },
      notes: ['Of all threads that call setDefault for a new key, just one finds its own value there.'],
    };
  },
};

function singly(me: number, changes: number, list: SharedList, dict: SharedDict, first: SharedDict): number {
  let won = 0;
  for (let i = 0; i < changes; i += 1) {
    list.append(i);
    dict.set(me * changes + i, i);
    if (first.setDefault(i, me) === me) won += 1;
  }
  return won;
}

function readAndWrite(changes: number, dict: SharedDict): void {
  for (let i = 0; i < changes; i += 1) dict.set('n', (dict.get('n') ?? 0) + 1);
}
