/**
 * The text of `Barrier`: a state, who is inside and a word to sleep on, all of it changed under a mutex of its own.
 *
 * | PHASE     | meaning                                                                              |
 * |-----------|--------------------------------------------------------------------------------------|
 * | FILLING   | threads arrive and sleep                                                             |
 * | ACTING    | the last one has arrived and runs the action; newcomers wait for the next round      |
 * | DRAINING  | threads leave; newcomers wait until the last one has left, which begins a new round  |
 * | RESETTING | those inside leave with an error; newcomers wait until the last one has left         |
 * | BROKEN    | everybody leaves with an error, until a reset                                        |
 *
 * CPython Lib/threading.py: Barrier.
 */

import { buryMutex, dropMutex, MUTEX_WORDS, type Party, takeMutex } from '../lock/mutex.js';
import { HEAD } from '../lock/object-memory.js';
import { add, load, notify, now, type Protocol, store, type Words, wait } from '../steps/step.js';

export const PHASE = HEAD + MUTEX_WORDS;
/** How many are inside. */
export const COUNT = PHASE + 1;
/** How many make it full. Written once. */
export const PARTIES = PHASE + 2;
/** Changes with every change of `PHASE`. */
const TURN = PHASE + 3;
/** Who is inside: for each index the thread's number, or 0. */
const PLACES = PHASE + 4;

export const FILLING = 0;
const ACTING = 1;
const DRAINING = 2;
const RESETTING = 3;
export const BROKEN = 4;

/** How many words a barrier has. */
export const barrierWords = (parties: number): number => MUTEX_WORDS + 4 + parties;

/** How it went: the index of this thread, or why not. */
export type Arrival = { readonly index: number; readonly role: 'one of them' | 'act' } | 'broken' | 'late' | 'would wait';

/**
 * Arrives and waits for the others until the time `until`, after which the barrier is broken, as it is when the wait is called off.
 * `action`: who is last is to act, and to say so by `concludeAction`. `at-once`: only if it need not wait.
 */
export function* arrive(self: Party, until: number, action: 'action' | 'none', how: 'wait' | 'at-once'): Protocol<Arrival> {
  const { words } = self;
  if (!(yield* lock(self, how))) return 'would wait';
  let inside: 'no' | 'yes' | 'acts' = 'no';
  let index = -1;
  let holds: 'mutex' | 'nothing' = 'mutex';
  try {
    for (let phase = yield load(words, PHASE); phase !== FILLING; phase = yield load(words, PHASE)) {
      if (phase === BROKEN) return 'broken';
      if (how === 'at-once') return 'would wait';
      const turn = yield load(words, TURN);
      holds = 'nothing';
      yield* dropMutex(self);
      yield wait(words, TURN, turn, Number.POSITIVE_INFINITY);
      yield* lock(self, 'wait');
      holds = 'mutex';
    }
    index = yield load(words, COUNT);
    const isLast = index + 1 >= (yield load(words, PARTIES));
    if (how === 'at-once' && !isLast) return 'would wait';
    yield store(words, PLACES + index, self.number);
    yield store(words, COUNT, index + 1);
    inside = 'yes';
    if (isLast) {
      yield* enter(words, action === 'action' ? ACTING : DRAINING);
      if (action === 'none') return { index, role: 'one of them' };
      inside = 'acts';
      return { index, role: 'act' };
    }
    for (;;) {
      const phase = yield load(words, PHASE);
      if (phase === DRAINING) return { index, role: 'one of them' };
      if (phase === BROKEN || phase === RESETTING) return 'broken';
      // Nobody's time is up while the action runs: all are there.
      const left = until === Number.POSITIVE_INFINITY || phase === ACTING ? Number.POSITIVE_INFINITY : until - (yield now(words));
      if (left <= 0) {
        yield* enter(words, BROKEN);
        return 'late';
      }
      const turn = yield load(words, TURN);
      holds = 'nothing';
      yield* dropMutex(self);
      yield wait(words, TURN, turn, left);
      yield* lock(self, 'wait');
      holds = 'mutex';
    }
  } finally {
    if (holds === 'nothing') {
      // Called off in its sleep.
      yield* lock(self, 'wait');
      const phase = yield load(words, PHASE);
      if (inside === 'yes' && (phase === FILLING || phase === ACTING)) yield* enter(words, BROKEN);
    }
    if (inside === 'yes') yield* leave(words, index);
    yield* dropMutex(self);
  }
}

/** The action has run: lets all go, or breaks the barrier. `false` if it was broken or reset meanwhile. */
export function* concludeAction(self: Party, index: number, outcome: 'done' | 'failed'): Protocol<boolean> {
  yield* lock(self, 'wait');
  const phase = yield load(self.words, PHASE);
  if (outcome === 'failed') yield* enter(self.words, BROKEN);
  else if (phase === ACTING) yield* enter(self.words, DRAINING);
  yield* leave(self.words, index);
  yield* dropMutex(self);
  return phase === ACTING;
}

/** Breaks it for everybody. */
export function* breakBarrier(self: Party): Protocol<void> {
  yield* lock(self, 'wait');
  yield* enter(self.words, BROKEN);
  yield* dropMutex(self);
}

/** Makes it new: those inside leave with an error. */
export function* resetBarrier(self: Party): Protocol<void> {
  const { words } = self;
  yield* lock(self, 'wait');
  const phase = yield load(words, PHASE);
  if ((yield load(words, COUNT)) === 0) yield* enter(words, FILLING);
  else if (phase !== DRAINING) yield* enter(words, RESETTING);
  yield* dropMutex(self);
}

/** A dead thread leaves; while others wait for it or because of it, the barrier breaks. */
export function* buryAtBarrier(self: Party, dead: number): Protocol<void> {
  const { words } = self;
  const left = yield* buryMutex(self, dead);
  yield* lock(self, 'wait');
  let here = left === 'abandoned' ? 1 : 0;
  let living = 0;
  const parties = yield load(words, PARTIES);
  for (let index = 0; index < parties; index += 1) {
    const tenant = yield load(words, PLACES + index);
    if (tenant === dead) {
      here += 1;
      yield store(words, PLACES + index, 0);
    } else if (tenant !== 0) living += 1;
  }
  if (here > 0) {
    // Counted anew: it may have died in the middle of a change.
    yield store(words, COUNT, living);
    const phase = yield load(words, PHASE);
    if (phase === FILLING || phase === ACTING) yield* enter(words, BROKEN);
    else yield* finishRound(words);
  }
  yield* dropMutex(self);
}

function lock(self: Party, how: 'wait' | 'at-once'): Protocol<boolean> {
  return takeMutex(self, how === 'wait' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
}

function* enter(words: Words, phase: number): Protocol<void> {
  yield store(words, PHASE, phase);
  yield add(words, TURN, 1);
  yield notify(words, TURN, Number.POSITIVE_INFINITY);
}

function* leave(words: Words, index: number): Protocol<void> {
  yield store(words, PLACES + index, 0);
  yield add(words, COUNT, -1);
  yield* finishRound(words);
}

/** When the last one has left, the next round begins. */
function* finishRound(words: Words): Protocol<void> {
  if ((yield load(words, COUNT)) !== 0) return;
  const phase = yield load(words, PHASE);
  if (phase === DRAINING || phase === RESETTING) yield* enter(words, FILLING);
}
