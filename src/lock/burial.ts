/**
 * Taking back everything that a dead thread left behind, at whatever step it died. Run by whoever learns of its death; the dead does
 * not interfere.
 */
import { add, load, notify, now, type Protocol, store, type Words } from '../steps/step.js';
import { count, endHold, note } from './account.js';
import type { Contender } from './contender.js';
import { EVERYBODY } from './forced-switch.js';
import { handOn, rename } from './hand-on.js';
import {
  ABANDONED,
  ABANDONED_COUNT,
  BREAKER,
  FORCED,
  FORCED_WAIT,
  HIGHEST,
  LAST_HOLDER,
  LOCK,
  LOST_HOLDS,
  NOBODY,
  ONE_WAITER,
  placeOf,
  SLOT,
  TENANT,
  TICKET,
  TURN,
  WAITING,
} from './layout.js';
import { hasLine } from './line.js';

/**
 * Clears the place of `dead`. What it held goes through the hands of `undertaker`, a living thread at the same lock: if that one dies
 * over it, the lock bears the name of one who will be buried in his turn.
 */
export function* bury(dead: Contender, undertaker: Contender): Protocol<'clean' | 'abandoned'> {
  const { words, ident, place } = dead;
  const tenant = Math.abs(yield load(words, place + TENANT));
  // From here on nobody hands it the lock: one who has just done so sees this afterwards and takes the lock back himself.
  yield store(words, place + TENANT, -tenant);
  yield store(words, place + TICKET, 0);
  yield store(words, place + SLOT, 0);
  yield add(words, LOCK, -ONE_WAITER * (yield load(words, place + WAITING)));
  yield store(words, place + WAITING, 0);
  yield add(words, FORCED, -(yield load(words, place + FORCED_WAIT)));
  yield store(words, place + FORCED_WAIT, 0);
  const held = yield* rename(words, ident, undertaker.ident);
  if (held) {
    yield store(words, ABANDONED, ident);
    yield add(words, ABANDONED_COUNT, 1);
    // The next taker is then surely not the last holder, so it takes the long way and finds out.
    yield store(words, LAST_HOLDER, NOBODY);
    count(dead, LOST_HOLDS);
    endHold(dead, yield now(words));
    note(dead, { type: 'abandoned' });
    yield* handOn(undertaker, 'all');
  }
  // The dead may have been about to wake somebody, or awake in everybody's stead: everybody looks for himself.
  yield notify(words, LOCK, EVERYBODY);
  if (hasLine(undertaker)) yield* wakeLine(words);
  yield add(words, TURN, 1);
  yield notify(words, TURN, EVERYBODY);
  yield store(words, place + BREAKER, 0);
  yield store(words, place + TENANT, 0);
  return held ? 'abandoned' : 'clean';
}

/** Who was called by the dead sleeps on its own word, and would find out by itself only after a nap. */
function* wakeLine(words: Words): Protocol<void> {
  const highest = yield load(words, HIGHEST);
  for (let ident = 1; ident <= highest; ident += 1) yield notify(words, placeOf(ident) + TICKET, EVERYBODY);
}
