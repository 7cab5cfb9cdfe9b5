/**
 * `Lock`, `RLock`, `Condition`, `Semaphore` and `Event` for the stateful search: what their twins do, as texts that can be taken apart, and the words
 * that are all there is of them. Each move of a text is a move of its twin.
 */
import { dropMutexWholly, ownerIn, retakeMutex, STATE } from '../lock/mutex.js';
import { HEAD } from '../lock/object-memory.js';
import { checkSync } from '../lock/options.js';
import { runBlocking } from '../steps/blocking.js';
import { Condition } from '../threading/condition.js';
import { claim, HIGHEST, notifyOldest, SLOT_WORDS, SLOTS, vacate } from '../threading/condition-text.js';
import { Event, STATE as FLAG } from '../threading/event.js';
import { Lock } from '../threading/lock.js';
import { VALUE } from '../threading/permits.js';
import { RLock } from '../threading/rlock.js';
import { BoundedSemaphore, Semaphore } from '../threading/semaphore.js';
import { StatefulError } from '../transform/frames-error.js';
import { countAsNative } from '../transform/native.js';
import { checkHeld, isFree, letGo, partyOf, takeNow } from './primitives/locks.js';
import { Point } from './switch-point.js';
import { world } from './world.js';

/** Whoever waits here. */
type Mutex = Lock | RLock;

/** Where a thread sleeps at a condition. */
interface Sleep {
  readonly slot: number;
  readonly ticket: number;
  readonly depth: number;
}

/** Asked after each move of any thread, so it is told for whom. */
const isReady = (mutex: Mutex | Semaphore, number: number): boolean => {
  if (mutex instanceof Semaphore) return mutex.words[VALUE]! > 0;
  const { words } = mutex.party;
  return isFree(mutex.party) || (mutex instanceof RLock && ownerIn(words[STATE]!) === number);
};
const numberOf = (): number => world.thread + 1;
const announced = (): boolean => world.calls[world.thread] !== 'quiet';
const isHeld = (mutex: Mutex): boolean => ownerIn(partyOf(mutex).words[STATE]!) === numberOf();

/** What `acquireSync` gives here. One for all, so that it is no part of a state; what it would have to know is not seen, so it is not called. */
export const RELEASER = Object.assign((): void => {}, { abandoned: false });
Reflect.set(RELEASER, Symbol.dispose, RELEASER);
countAsNative(RELEASER);

/** What the texts below call. */
export const PRIMITIVE_HELPERS: Readonly<Record<string, unknown>> = {
  Point,
  announced,
  isReady,
  mutexOf: (made: Mutex | Condition): Mutex => (made instanceof Condition ? made.lock : made),
  numberOf,
  take: (mutex: Mutex | Semaphore) => (mutex instanceof Semaphore ? mutex.tryAcquire() : takeNow(mutex, partyOf(mutex))) && RELEASER,
  letGo: (mutex: Mutex): void => letGo(mutex, partyOf(mutex), 'release'),
  giveBack: (mutex: Mutex | Semaphore): void => {
    if (mutex instanceof Semaphore) mutex.release(1);
    else if (isHeld(mutex)) letGo(mutex, partyOf(mutex), 'release');
  },
  isHeld,
  permit: (semaphore: Semaphore, n: number): void => semaphore.release(n),
  untimed: (options: { readonly timeout?: number } | undefined): void => {
    if (checkSync(options) === Number.POSITIVE_INFINITY) return;
    world.offence = new StatefulError('a call with a timeout', 'waits for a time, and time is no part of a state');
    throw world.offence;
  },
  sleepAt: (condition: Condition): Sleep => {
    checkHeld(condition, 'waitSync');
    const slot = runBlocking(claim(condition.words, numberOf()));
    if (slot < 0) throw new StatefulError('a condition', 'has more waiters than it can have');
    return { slot, ticket: condition.words[slot]!, depth: runBlocking(dropMutexWholly(partyOf(condition.lock))) };
  },
  isWoken: (condition: Condition, { slot, ticket }: Sleep): boolean => condition.words[slot] !== ticket && isFree(condition.lock.party),
  wakeAt: (condition: Condition, { slot, depth }: Sleep): void => {
    runBlocking(retakeMutex(partyOf(condition.lock), depth));
    runBlocking(vacate(condition.words, slot));
  },
  rouse: (condition: Condition, most: number, method: string): void => {
    checkHeld(condition, method);
    runBlocking(notifyOldest(condition.words, most));
  },
  isSet: (event: Event): boolean => event.isSet(),
  setFlag: (event: Event): void => event.set(),
  clearFlag: (event: Event): void => event.clear(),
  flagOf: (event: Event): number => event.words[FLAG]!,
};

const ACQUIRE = `function* (options) {
  untimed(options);
  const mutex = mutexOf(this);
  const number = numberOf();
  if (announced() || !isReady(mutex, number)) yield new Point('acquire', mutex, () => isReady(mutex, number));
  return take(mutex);
}`;
const TRY = `function* () {
  const mutex = mutexOf(this);
  if (announced()) yield new Point('acquire', mutex);
  return take(mutex);
}`;
const RELEASE = 'function* () { letGo(mutexOf(this)); }';
const EXCLUSIVE = `function* (task) {
  const mutex = mutexOf(this);
  const number = numberOf();
  if (announced() || !isReady(mutex, number)) yield new Point('acquire', mutex, () => isReady(mutex, number));
  take(mutex);
  try {
    return yield* $gil.call0(task);
  } finally {
    giveBack(mutex);
  }
}`;
const WAIT = `if (announced()) yield new Point('wait', this);
  const sleep = sleepAt(this);
  yield new Point('wait', this, () => isWoken(this, sleep));
  wakeAt(this, sleep);`;

const MUTEX = { acquireSync: ACQUIRE, tryAcquire: TRY, release: RELEASE, runExclusiveSync: EXCLUSIVE };
const before = (announcement: string): string => `if (announced()) yield new Point('${announcement}', this);`;

const TEXTS: readonly (readonly [prototype: object, texts: Readonly<Record<string, string>>])[] = [
  [Lock.prototype, MUTEX],
  [RLock.prototype, { ...MUTEX, isOwned: 'function* () { return isHeld(this); }' }],
  [
    Condition.prototype,
    {
      ...MUTEX,
      waitSync: `function* (options) { untimed(options); ${WAIT} return true; }`,
      waitForSync: `function* (predicate, options) {
        untimed(options);
        for (;;) {
          const result = yield* $gil.call0(predicate);
          if (result) return result;
          ${WAIT}
        }
      }`,
      notify: `function* (n = 1) { ${before('notify')} rouse(this, n, 'notify'); }`,
      notifyAll: `function* () { ${before('notify')} rouse(this, Infinity, 'notifyAll'); }`,
    },
  ],
  [
    Semaphore.prototype,
    {
      acquireSync: ACQUIRE,
      tryAcquire: TRY,
      release: `function* (n = 1) { ${before('release')} permit(this, n); }`,
      runExclusiveSync: EXCLUSIVE,
    },
  ],
  [
    Event.prototype,
    {
      set: `function* () { ${before('notify')} setFlag(this); }`,
      clear: `function* () { ${before('write')} clearFlag(this); }`,
      isSet: `function* () { ${before('read')} return isSet(this); }`,
      waitSync: `function* (options) {
        untimed(options);
        ${before('wait')}
        if (isSet(this)) return true;
        const seen = flagOf(this);
        yield new Point('wait', this, () => flagOf(this) !== seen);
        return true;
      }`,
    },
  ],
];

const texts = new Map(
  TEXTS.flatMap(([prototype, of]) => Object.entries(of).map(([name, text]) => [Reflect.get(prototype, name) as unknown, text] as const)),
);

/** The text of a primitive's method, if there is one. */
export function primitiveText(plain: object): string | undefined {
  return texts.get(plain);
}

/** What is native in a primitive and only looks. */
export const LOOKING: ReadonlySet<unknown> = new Set([
  Lock.prototype.locked,
  RLock.prototype.locked,
  Condition.prototype.locked,
  Object.getOwnPropertyDescriptor(Semaphore.prototype, 'value')!.get,
]);

const CLASSES: readonly unknown[] = [Lock, RLock, Condition, Semaphore, BoundedSemaphore, Event];

/** What there is of a primitive: its kind, its words and where those that matter begin and end, and what belongs to it. `undefined` for anything else. */
export interface PrimitiveWords {
  readonly kind: number;
  readonly words: Int32Array;
  readonly part: Mutex | undefined;
}

export function primitiveWords(made: object): PrimitiveWords | undefined {
  const kind = CLASSES.indexOf(made.constructor);
  if (kind < 0) return undefined;
  if (made instanceof Lock || made instanceof RLock) return { kind, words: made.party.words, part: undefined };
  if (made instanceof Condition) return { kind, words: made.words, part: made.lock };
  return { kind, words: (made as Semaphore | Event).words, part: undefined };
}

/** How many of its words matter: of the places at a condition, those that are in use. */
export function wordsInUse({ words, part }: PrimitiveWords): readonly [begin: number, end: number] {
  return [HEAD, part === undefined ? words.length : SLOTS + words[HIGHEST]! * SLOT_WORDS];
}
