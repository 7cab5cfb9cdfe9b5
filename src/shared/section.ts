/**
 * Critical sections: each object that takes more than one load or store has a lock of its own. A section is a handful of instructions with no
 * look inside, so under a Global Interpreter Lock it is never found taken; it costs one compare-and-swap, and keeps out whoever lives under
 * another lock or under none. CPython Include/internal/pycore_critical_section.h, PEP 703.
 */
import { enterSection, leaveSection } from '../host/interrupted.js';
import { CONTENDED, dropMutex, FREE, type Party, STATE, takeMutex } from '../lock/mutex.js';
import { runBlocking } from '../steps/blocking.js';

/** How often a thread looks before it sleeps: whoever is inside is about to leave. */
const LOOKS = 200;

/** Begins a section. The thread keeps its Global Interpreter Lock: whoever is inside needs none to get out. */
function enter(self: Party): void {
  const { words, number } = self;
  if (Atomics.compareExchange(words, STATE, FREE, number) === FREE) return;
  for (let look = 0; look < LOOKS; look += 1) {
    const state = Atomics.load(words, STATE);
    // One that sleeps has come before.
    if ((state & CONTENDED) !== 0) break;
    if (state === FREE && Atomics.compareExchange(words, STATE, FREE, number) === FREE) return;
  }
  runBlocking(takeMutex(self, Number.POSITIVE_INFINITY));
}

/** Ends it. */
function leave(self: Party): void {
  const { words, number } = self;
  // Who is about to sleep has changed the word, and is seen by the text.
  if (Atomics.compareExchange(words, STATE, number, FREE) !== number) runBlocking(dropMutex(self));
}

/** Runs an operation as one section. */
export function within<T>(self: Party, operation: () => T): T {
  // One that waits for this section keeps its Global Interpreter Lock: whoever is inside must not be made to wait for that.
  enterSection();
  try {
    enter(self);
    try {
      return operation();
    } finally {
      leave(self);
    }
  } finally {
    leaveSection();
  }
}
