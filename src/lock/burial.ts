/**
 * Taking back everything that a dead thread left behind, at whatever step it died. Run by whoever learns of its death; the dead does
 * not interfere.
 */
import { add, load, notify, now, type Protocol, store } from '../steps/step.js';
import { count, endHold } from './account.js';
import type { Contender } from './contender.js';
import { EVERYBODY } from './forced-switch.js';
import { handOn } from './hand-on.js';
import {
  ABANDONED,
  ABANDONED_COUNT,
  BREAKER,
  DYING,
  FORCED,
  FORCED_WAIT,
  holderIn,
  LAST_HOLDER,
  LOCK,
  LOST_HOLDS,
  NOBODY,
  ONE_WAITER,
  TENANT,
  TICKET,
  TURN,
  WAITING,
} from './layout.js';

/** Clears the place of `dead`, a contender in its stead. */
export function* bury(dead: Contender): Protocol<'clean' | 'abandoned'> {
  const { words, ident, place } = dead;
  const tenant = yield* load(words, place + TENANT);
  // From here on nobody hands it the lock: one who has just done so sees this afterwards and takes the lock back himself.
  yield* store(words, place + TENANT, DYING);
  yield* store(words, place + TICKET, 0);
  yield* add(words, LOCK, -ONE_WAITER * (yield* load(words, place + WAITING)));
  yield* store(words, place + WAITING, 0);
  yield* add(words, FORCED, -(yield* load(words, place + FORCED_WAIT)));
  yield* store(words, place + FORCED_WAIT, 0);
  const held = holderIn(yield* load(words, LOCK)) === ident;
  if (held) {
    yield* store(words, ABANDONED, ident);
    yield* add(words, ABANDONED_COUNT, 1);
    // The next taker is then surely not the last holder, so it takes the long way and finds out.
    yield* store(words, LAST_HOLDER, NOBODY);
    dead.recorder?.record({ type: 'abandoned' }, { ident, thread: tenant, switchNumber: 0 });
    count(dead, LOST_HOLDS);
    endHold(dead, yield* now(words));
    yield* handOn(dead, 'all');
  }
  // The dead may have been about to wake somebody: everybody looks for himself.
  yield* notify(words, LOCK, EVERYBODY);
  yield* add(words, TURN, 1);
  yield* notify(words, TURN, EVERYBODY);
  yield* store(words, place + BREAKER, 0);
  yield* store(words, place + TENANT, 0);
  return held ? 'abandoned' : 'clean';
}
