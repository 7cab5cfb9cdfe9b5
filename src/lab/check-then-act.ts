/**
 * A lesson: who looks first and acts then must not be switched in between. Two clerks sell the same seats. While one asks for the
 * customer's name the other may look at the same seat; with a lock he may not. And with nothing in between it depends on the Python.
 */
import type { DialectName } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import { SharedArray } from '../shared/array.js';
import { Event } from '../threading/event.js';
import { Lock } from '../threading/lock.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { CLOCK } from './quiet.js';
import { grouped } from './units.js';
import { onEveryWorker } from './work.js';

const CLERKS = 2;
/** Seats that are sold while a name is asked for. */
const SEATS = 20;
/** How long a clerk waits at most for the other to look, in naps of a millisecond: under a lock in vain. */
const NAPS = 2000;
const NAPS_WITH_LOCK = 2;
/** Seats that are sold at once, in a round. */
const MANY = 1_000_000;
/** Far below the usual 5 ms: more switches in the same time. */
const INTERVAL = 0.1;
/** A clerk that is switched away so often, and never between check and act, is no luck. */
const SWITCHES = 30;
/** How long to go on with rounds, in ms. */
const PATIENCE = 5000;

type Seats = SharedArray<'int32'>;

export const checkThenAct: Experiment = {
  name: 'check-then-act',
  claim: 'Between a check and its act another thread may act; a lock makes one of the two',
  question: 'How often is a seat sold twice, with a wait between check and act, with nothing between, and with a lock?',
  article: 'no figure',
  cpython: 'of 20 seats sold twice 18 (3.9.18), 20 (3.13.0); nothing between: 58 of 200 000 (3.9.18), 0 (3.13.0); with a Lock 0',
  expectation: `all ${SEATS} seats sold twice with a wait, none with a lock; with nothing between some in 3.9, none in 3.13 over at least ${SWITCHES} forced switches`,
  async run(context: Context): Promise<Outcome> {
    context.progress('asking for the name, without and with a lock');
    const { open, locked } = await askForNames();
    context.progress('selling at once, 3.9');
    const old = await sellAtOnce('cpython-3.9', (twice) => twice === 0);
    context.progress('selling at once, 3.13');
    const now = await sellAtOnce('cpython-3.13', (_, switches) => switches < SWITCHES);
    return {
      holds: open === SEATS && locked === 0 && old.twice > 0 && now.twice === 0 && now.switches >= SWITCHES,
      live: `of ${SEATS} seats sold twice: ${open}, with a lock ${locked}; nothing between: ${grouped(old.twice)} of ${grouped(old.seats)} in 3.9, ${now.twice} of ${grouped(now.seats)} in 3.13`,
      figures: {
        clerks: CLERKS,
        seats: SEATS,
        soldTwice: open,
        soldTwiceWithLock: locked,
        switchIntervalMs: INTERVAL,
        seatsAtOnce39: old.seats,
        soldTwiceAtOnce39: old.twice,
        seatsAtOnce313: now.seats,
        soldTwiceAtOnce313: now.twice,
        forcedSwitchesAtOnce313: now.switches,
      },
      notes: [
        'Python 3.13 looks for a switch at the end of a loop and when a function is entered, 3.9 almost anywhere: that a check and its act ' +
          'are safe without a lock because nothing lies between them is luck, which the next line of code or the next Python ends.',
      ],
    };
  },
};

async function askForNames(): Promise<{ readonly open: number; readonly locked: number }> {
  await using pool = new ThreadPool(CLERKS, { dialect: 'cpython-3.13' });
  const sell = async (lock: Lock | null, naps: number): Promise<number> => {
    const sold = await onEveryWorker(pool, askAndSell, freeSeats(SEATS), new SharedArray('int32', SEATS), new Event(), lock, naps);
    return sold.reduce((sum, each) => sum + each, 0) - SEATS;
  };
  return { open: await sell(null, NAPS), locked: await sell(new Lock({ name: 'seats' }), NAPS_WITH_LOCK) };
}

/** Rounds for as long as `goOn` says. */
async function sellAtOnce(dialect: DialectName, goOn: (twice: number, switches: number) => boolean) {
  await using pool = new ThreadPool(CLERKS, { dialect, switchInterval: INTERVAL });
  await onEveryWorker(pool, sell, freeSeats(MANY));
  const [begin, before] = [CLOCK.now(), pool.lock.stats().drops.forced];
  const found = { twice: 0, seats: 0, switches: 0 };
  while (goOn(found.twice, found.switches) && CLOCK.now() - begin < PATIENCE) {
    const sold = await onEveryWorker(pool, sell, freeSeats(MANY));
    found.seats += MANY;
    found.twice += sold.reduce((sum, each) => sum + each, 0) - MANY;
    found.switches = pool.lock.stats().drops.forced - before;
  }
  return found;
}

function freeSeats(count: number): Seats {
  return new SharedArray('int32', count);
}

/** Sells each seat that is free. While it asks for the name, it waits until both clerks have looked at the seat, `naps` ms at most. */
function askAndSell(seats: Seats, looked: Seats, clock: Event, lock: Lock | null, naps: number): number {
  let sold = 0;
  for (let seat = 0; seat < seats.length; seat += 1) {
    const release = lock?.acquireSync();
    if (seats.values[seat] === 0) {
      Atomics.add(looked.values, seat, 1);
      for (let nap = 0; nap < naps && Atomics.load(looked.values, seat) < 2; nap += 1) clock.waitSync({ timeout: 1 });
      seats.values[seat] = 1;
      sold += 1;
    }
    release?.();
  }
  return sold;
}

function sell(seats: Seats): number {
  const { values } = seats;
  let sold = 0;
  for (let seat = 0; seat < values.length; seat += 1) {
    if (values[seat] === 0) {
      values[seat] = 1;
      sold += 1;
    }
  }
  return sold;
}
