/**
 * Random programs, for tests that compare one search with another: threads that read, write, branch on what they read, lock, wait for
 * conditions, sleep on words, wait with a limit, and throw.
 */
import type { Engine } from '../../src/sim/engine.js';
import type { Program } from '../../src/sim/program.js';
import { Random } from '../../src/sim/random.js';
import type { End } from '../../src/sim/strategy.js';
import { Point, type VirtualThread } from '../../src/sim/switch-point.js';
import { world } from '../../src/sim/world.js';
import { notify, wait as sleepOn, store, TIMED_OUT } from '../../src/steps/step.js';
import { programOf } from './drive.js';
import { acquire, condition, mutex, release, signal, wait } from './primitives.js';

type Operation =
  | { readonly kind: 'read' | 'write' | 'add' | 'delete' | 'put' | 'get'; readonly cell: number; readonly value: number }
  | { readonly kind: 'locked'; readonly lock: number; readonly body: readonly Operation[] }
  | { readonly kind: 'try'; readonly lock: number; readonly timeout: number; readonly body: readonly Operation[] }
  | { readonly kind: 'if'; readonly body: readonly Operation[] }
  | { readonly kind: 'wait' | 'signal' | 'await' | 'either' | 'set' | 'park' | 'unpark' | 'throw' | 'pause'; readonly cell: number };

interface State {
  readonly cells: Record<number, number>;
  readonly map: Map<number, number>;
  readonly locks: { owner: number }[];
  readonly condition: ReturnType<typeof condition>;
  readonly words: Int32Array<SharedArrayBuffer>;
  /** What each thread has read. */
  readonly seen: number[];
}

const CELLS = 2;

/** One for all schedules: to make shared memory takes longer than to run a schedule. */
const words = new Int32Array(new SharedArrayBuffer(8));

export interface Flavour {
  /** What the threads of this program are made of. */
  readonly waits: 'none' | 'locks' | 'all';
  readonly threads: number;
  readonly length: number;
}

/** The program of a number. The state that its threads made is compared by `outcomeOf`. */
export function randomProgram(seed: number, flavour?: Flavour): Program {
  const random = new Random(seed);
  const waits = flavour?.waits ?? (['none', 'locks', 'all', 'all'] as const)[random.below(4)]!;
  const threads = flavour?.threads ?? 2 + random.below(2);
  const length = flavour?.length ?? (threads === 2 ? 4 : 2);
  const style = random.below(2) === 0 ? 'announced' : 'bare';

  const about = random.below(2) === 0 ? 'one' : 'several';

  const simple = (): Operation => {
    if (about === 'one') return { kind: (['read', 'write', 'add'] as const)[random.below(3)]!, cell: 0, value: 1 + random.below(2) };
    const kind = (['read', 'write', 'add', 'read', 'write', 'add', 'put', 'get', 'delete', 'if'] as const)[random.below(10)]!;
    if (kind === 'if') return { kind, body: [simple()] };
    return { kind, cell: random.below(4) === 0 ? 1 : 0, value: 1 + random.below(2) };
  };
  const block = (): Operation[] =>
    Array.from({ length: 1 + random.below(2) }, () => (random.below(5) === 0 && waits === 'all' ? special() : simple()));
  const special = (): Operation => {
    const kind = (['wait', 'signal', 'signal', 'await', 'set', 'either', 'park', 'unpark', 'throw', 'pause'] as const)[random.below(10)]!;
    return { kind, cell: random.below(CELLS) };
  };
  const operation = (): Operation => {
    const dice = random.below(10);
    if (dice === 9) return { kind: 'throw', cell: random.below(3) === 0 ? 0 : 1 };
    if (waits === 'none' || dice < 4) return simple();
    if (dice < 6 || waits === 'locks') {
      const inner: Operation[] = random.below(4) === 0 ? [{ kind: 'locked', lock: random.below(2), body: [simple()] }] : [];
      return { kind: 'locked', lock: random.below(2), body: [...block(), ...inner] };
    }
    if (dice === 6) return { kind: 'try', lock: random.below(2), timeout: random.below(3), body: [simple()] };
    return special();
  };
  const texts = Array.from({ length: threads }, () =>
    Array.from({ length: 1 + random.below(length) + (threads === 2 ? 1 : 0) }, operation),
  );
  const invariant = random.below(6) === 0 ? random.below(3) : -1;
  return programOf<State>(
    () => ({
      cells: { 0: 0, 1: 0 },
      map: new Map(),
      locks: [mutex(), mutex()],
      condition: condition(),
      words: words.fill(0),
      seen: new Array<number>(threads).fill(0),
    }),
    texts.map((text) => (state) => run(text, state, style)),
    {
      maxSteps: 300,
      beginning: 'moves',
      // Fails once the two cells together are more than this.
      ...(invariant < 0 ? {} : { always: (state: State) => (state.cells[0] ?? 0) + (state.cells[1] ?? 0) <= invariant }),
    },
  );
}

function* run(text: readonly Operation[], state: State, style: 'announced' | 'bare', held: readonly number[] = []): VirtualThread<void> {
  const { thread } = world;
  for (const operation of text) {
    const { kind } = operation;
    switch (kind) {
      case 'locked': {
        const { lock, body } = operation;
        yield* acquire(state.locks[lock]!);
        yield* run(body, state, style, [...held, lock]);
        release(state.locks[lock]!);
        break;
      }
      case 'try': {
        const { lock, body, timeout } = operation;
        const own = state.locks[lock]!;
        if ((yield new Point('acquire', own, () => own.owner < 0, timeout)) === TIMED_OUT) {
          state.seen[thread] = (state.seen[thread]! * 7 + 5) % 1000;
          break;
        }
        own.owner = thread;
        yield* run(body, state, style, [...held, lock]);
        release(own);
        break;
      }
      case 'if':
        if (state.seen[thread]! % 2 === 1) yield* run(operation.body, state, style, held);
        break;
      case 'wait':
        if (held.length > 0) yield* wait(state.condition, state.locks[held.at(-1)!]!);
        break;
      case 'signal':
        yield* signal(state.condition);
        break;
      case 'await':
        // A condition that looks at data, not at a lock.
        yield new Point('wait', 'data', () => state.cells[operation.cell]! > 0);
        break;
      case 'either':
        yield new Point('wait', undefined, () => state.cells[1]! > 0 || state.cells[0] === 0);
        break;
      case 'set':
        yield;
        yield* [store(state.words, 0, 1)];
        break;
      case 'park':
        yield sleepOn(state.words, operation.cell, 0, operation.cell === 0 ? 5 : Number.POSITIVE_INFINITY);
        break;
      case 'unpark':
        yield notify(state.words, operation.cell, 1);
        break;
      case 'throw':
        yield;
        if (state.seen[thread]! % 2 === operation.cell) throw new Error(`thread ${thread}`);
        break;
      case 'pause':
        yield new Point('sleep', undefined, () => false, 1 + operation.cell);
        break;
      default:
        yield style === 'bare'
          ? undefined
          : new Point(
              kind === 'read' || kind === 'get' ? 'read' : 'write',
              `${kind === 'put' || kind === 'get' ? 'map' : `cell ${operation.cell}`}`,
            );
        access(operation, state, thread);
    }
  }
}

function access({ kind, cell, value }: Extract<Operation, { readonly value: number }>, state: State, thread: number): void {
  const see = (seen: number): void => {
    state.seen[thread] = (state.seen[thread]! * 3 + seen) % 1000;
  };
  if (kind === 'read') see(state.cells[cell] ?? 9);
  else if (kind === 'write') state.cells[cell] = value;
  else if (kind === 'add') state.cells[cell] = (state.cells[cell] ?? 0) + value;
  else if (kind === 'delete') delete state.cells[cell];
  else if (kind === 'put') state.map.set(cell, (state.map.get(cell) ?? 0) + value);
  else if (kind === 'get') see(state.map.get(cell) ?? 8);
}

/** How a schedule ended, in a form in which equal ends are equal texts. */
export function outcomeOf(engine: Engine, end: End): string {
  if (end === 'cut') return 'cut';
  const { failure } = engine;
  const { cells, map, locks, condition, words, seen } = engine.state as State;
  // Of a schedule that fails on its way the rest of the state is what it happens to be.
  if (failure?.kind === 'error') return `error ${(failure.error as Error).message}`;
  if (failure?.kind === 'invariant') return `invariant ${cells[0]} ${cells[1]}`;
  const standings = engine.program.names.map((_, thread) => engine.standing(thread));
  return [
    failure?.kind ?? 'passed',
    standings.join(' '),
    `cells ${cells[0]} ${cells[1]}`,
    `map ${map.get(0)} ${map.get(1)}`,
    `owners ${locks[0]!.owner} ${locks[1]!.owner}`,
    `queue ${condition.queue.join(' ')}`,
    `words ${words.join(' ')}`,
    `seen ${seen.join(' ')}`,
    world.clock,
  ].join(', ');
}
