/**
 * Watches what moves do to what the threads share: which properties they read and write. Whatever can be reached from the state is handed to the
 * threads by proxies. What bears no proxy is handed out as it is, and from then on every move of that thread counts as one that wrote it:
 * nothing is passed over in silence.
 */
import { Step } from '../steps/step.js';
import { type Access, isNews, pathOf } from './access.js';
import { ALL, Collector, type Footprint, KEYS, NO_PAST, Places, UNTOUCHED, UNWATCHED } from './footprint.js';
import { Graph } from './graph.js';
import type { Program } from './program.js';
import type { Observer } from './strategy.js';
import { Point, type SwitchPoint } from './switch-point.js';
import { proxyOf, type Watching } from './watch-proxies.js';

/** What a thread has got hold of that cannot be watched. */
type Held = 'nothing' | 'contained' | 'closed';

/** Whether a thread could go on, and what was looked at to know it. */
export interface Answer {
  readonly ready: 'yes' | 'no' | 'unknown';
  readonly footprint: Footprint;
}

export class Watcher implements Observer, Watching {
  /** What the last move did. */
  footprint: Footprint = UNTOUCHED;
  /** Of each place that it wrote, what was there before. */
  undo: Map<number, unknown> = new Map();
  /** What the condition that must always hold looked at, after the last move and before it. */
  invariant: readonly [Footprint, Footprint] = [UNTOUCHED, UNTOUCHED];
  /** The accesses of this schedule, where they are asked for. */
  accesses: Access[] = [];
  /** Where they are asked for: the places that the condition looked at which was asked last. */
  judged = new Set<string>();
  /** Threads that sleep: for those a `wait` is over when they move. Kept by who searches. */
  readonly asleep: ('asleep' | 'awake')[] = [];
  graph = new Graph();
  readonly #places = new Places();
  readonly #log: 'accesses' | 'footprints';
  readonly #collector = new Collector();
  /** `begins`: threads are made, and may already be given something. */
  #state: 'begins' | 'on' | 'off' = 'off';
  #thread = 0;
  #held: Held[] = [];
  /** Values as they were, while somebody asks about the past; and whether that could be answered. */
  #past: ReadonlyMap<number, unknown> | undefined;
  #certainty: 'certain' | 'uncertain' = 'certain';

  constructor(log: 'accesses' | 'footprints' = 'footprints') {
    this.#log = log;
  }

  /** The same program, with its state watched. */
  watch(program: Program): Program {
    const { state, always, after } = program;
    return {
      ...program,
      state: () => {
        const watched = this.#adopt(state(), program.names.length);
        if (always !== undefined) this.#lookAlways(() => always(watched), 'first');
        return watched;
      },
      always: always && ((watched) => this.#lookAlways(() => always(watched), 'again')),
      after: after && ((watched) => this.#judge(after, watched)),
      unwatched: (watched) => this.raw(watched),
    };
  }

  /** Judges by the state itself, which bears everything. What the condition looks at is seen by asking it once more. */
  #judge(after: (state: unknown) => unknown, watched: unknown): unknown {
    if (this.#log === 'accesses') {
      try {
        this.#lookAlways(() => after(watched), 'again');
      } catch {}
    }
    return after(this.raw(watched));
  }

  #adopt(state: unknown, threads: number): unknown {
    this.graph = new Graph(state);
    this.#held = new Array<Held>(threads).fill('nothing');
    this.asleep.length = 0;
    this.accesses = [];
    this.invariant = [UNTOUCHED, UNTOUCHED];
    this.#state = 'begins';
    this.#collector.take();
    return this.wrap(state);
  }

  #lookAlways(always: () => unknown, when: 'first' | 'again'): unknown {
    const [{ undo }, stage] = [this, this.#state];
    this.#state = 'on';
    this.#thread = -1;
    this.undo = new Map();
    this.judged.clear();
    try {
      return always();
    } catch (error) {
      // Before the first move nothing has to hold yet.
      if (when === 'again') throw error;
      return undefined;
    } finally {
      this.#state = stage;
      this.undo = undo;
      this.invariant = [this.#collector.take(), this.invariant[0]];
    }
  }

  before(thread: number, point: SwitchPoint): void {
    this.#state = 'on';
    this.#thread = thread;
    this.undo = new Map();
    if (point instanceof Step) this.#step(point, this.asleep[thread] === 'asleep' ? 'woken' : 'first');
    else if (point instanceof Point) this.#point(point);
    this.asleep[thread] = 'awake';
  }

  after(thread: number): void {
    this.#state = 'off';
    this.#touchHeld(thread);
    this.footprint = this.#collector.take();
  }

  /** Whether the thread before this point could go on: now, or with these places as they were. */
  ask(thread: number, point: Point, past?: ReadonlyMap<number, unknown>): Answer {
    this.#state = 'on';
    this.#thread = thread;
    this.#past = past;
    this.#certainty = 'certain';
    let ready = true;
    let isSeen = true;
    if (point.ready !== undefined) {
      ready = point.ready();
      // A condition that looks at nothing that is watched cannot be asked about the past.
      isSeen = !this.#collector.isEmpty;
    }
    this.#past = undefined;
    this.#state = 'off';
    const isCertain = isSeen && this.#certainty === 'certain' && this.#held[thread] === 'nothing';
    this.#touchHeld(thread);
    this.#point(point);
    return { ready: past !== undefined && !isCertain ? 'unknown' : ready ? 'yes' : 'no', footprint: this.#collector.take() };
  }

  #touchHeld(thread: number): void {
    if (this.#held[thread] === 'contained') this.#collector.touch(UNWATCHED, 'write');
    if (this.#held[thread] === 'closed') this.#collector.anything();
  }

  #point({ announcement, target, ready }: Point): void {
    // Sleepers wait for time, which is nobody's move.
    if (announcement === 'sleep') return;
    const name = this.#nameOf(target);
    if (name !== undefined) this.#collector.touch(this.#places.at(name, ALL), announcement === 'read' ? 'read' : 'write');
    else if (target !== undefined) this.#collector.touch(UNWATCHED, 'write');
    // A condition of which nothing can be seen may change by any move.
    else if (ready !== undefined) this.#collector.anything();
  }

  #nameOf(target: unknown): unknown {
    if ((typeof target !== 'object' || target === null) && typeof target !== 'function') return target;
    return this.graph.numberOf(this.raw(target) as object);
  }

  #step({ operation, words, index }: Step, when: 'first' | 'woken'): void {
    if (operation === 'now' || when === 'woken') return;
    const buffer = this.graph.numberOf(words.buffer) ?? 'words';
    const place = words.byteOffset + index * words.BYTES_PER_ELEMENT;
    if (operation !== 'notify')
      this.#collector.touch(this.#places.at(buffer, place), operation === 'load' || operation === 'wait' ? 'read' : 'write');
    if (operation === 'wait' || operation === 'notify') this.#collector.touch(this.#places.at(buffer, `sleepers ${place}`), 'write');
  }

  /** The thread that runs has got hold of something that cannot be watched. */
  hold(what: 'contained' | 'closed'): void {
    if (this.#state === 'begins') this.#held.fill(what === 'closed' || this.#held.includes('closed') ? 'closed' : 'contained');
    if (this.#state !== 'on') return;
    if (what === 'closed') this.#collector.anything();
    else this.#collector.touch(UNWATCHED, 'write');
    if (this.#thread >= 0 && this.#past === undefined && this.#held[this.#thread] !== 'closed') this.#held[this.#thread] = what;
    this.#certainty = 'uncertain';
  }

  /** A property was read, or `found` elsewhere. Gives its own value, which is an older one while somebody asks about the past. */
  read(object: number, key: PropertyKey, value: unknown, found = value): unknown {
    if (this.#state !== 'on') return value;
    const place = this.#places.at(object, key);
    this.#collector.touch(place, 'read');
    this.#note(object, key, 'read', found, found);
    if (this.#past === undefined || !this.#past.has(place)) return value;
    const old = this.#past.get(place);
    if (old !== NO_PAST) return old;
    this.#certainty = 'uncertain';
    return value;
  }

  write(object: number, key: PropertyKey, before: unknown, after: unknown): void {
    if (this.#state !== 'on') return;
    const place = this.#places.at(object, key);
    this.#collector.touch(place, 'write');
    if (!this.undo.has(place)) this.undo.set(place, before);
    this.#note(object, key, 'write', before, after);
  }

  #note(object: number, key: PropertyKey, kind: Access['kind'], before: unknown, after: unknown): void {
    if (this.#log === 'footprints' || key === KEYS) return;
    const place = { object: this.graph.pathOf(object), key: key === ALL ? undefined : key };
    if (this.#thread >= 0) this.accesses.push({ thread: this.#thread, ...place, kind, before, after });
    else if (isNews({ kind, after })) this.judged.add(pathOf(place.object, place.key));
  }

  /** What a thread is given for a value that it found in the state. */
  wrap(value: unknown): unknown {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value;
    if (this.graph.isProxy(value)) return value;
    const node = this.graph.nodeOf(value);
    // An object that a thread made: whoever made it has it without a proxy, so everybody gets it that way, or it would not be itself.
    if (node === undefined) this.hold(typeof value === 'function' ? 'closed' : 'contained');
    else if (node.kind === 'contained' || node.kind === 'closed') this.hold(node.kind);
    else {
      node.proxy ??= proxyOf(this, node);
      return node.proxy;
    }
    return value;
  }

  /** What is put into the state for a value that a thread has. */
  unwrap(value: unknown): unknown {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value;
    if (this.graph.isProxy(value)) return this.graph.rawOf(value);
    // It keeps it, and may change it later.
    this.wrap(value);
    return value;
  }

  raw(value: unknown): unknown {
    return typeof value === 'object' && value !== null && this.graph.isProxy(value) ? this.graph.rawOf(value) : value;
  }
}
