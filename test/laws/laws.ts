/**
 * The laws of a Global Interpreter Lock, as data: what an interpreter's lock does and never does, each with where it was read.
 * The suite asserts them by number; the table printed after the run has a row for each.
 */

/** `det`: gates or a script make the outcome certain. `stat`: a lower bound on what chance gives. */
export type Certainty = 'det' | 'stat';

export interface Law {
  readonly number: number;
  readonly says: string;
  readonly certainty: Certainty;
  readonly source: string;
  /** Where the law has no exact meaning in JavaScript: what is asserted instead. */
  readonly nearest?: string;
  /** The same for one driver only, by its name. */
  readonly nearestOn?: Readonly<Record<string, string>>;
}

const GIL = 'CPython Python/ceval_gil.c';

/** What law `number` is asserted by on this driver, if not by what it says. */
export function nearestMeaning({ nearest, nearestOn }: Law, driver: string): string | undefined {
  return nearest ?? nearestOn?.[driver];
}

export const LAWS: readonly Law[] = [
  { number: 1, says: 'never two holders', certainty: 'det', source: `${GIL}: take_gil` },
  { number: 2, says: 'only a holder can let go', certainty: 'det', source: `${GIL}: drop_gil` },
  {
    number: 3,
    says: 'a holder that takes it again gets an error, not a deadlock',
    certainty: 'det',
    source: 'CPython Python/pystate.c: _PyThreadState_Attach',
  },
  {
    number: 4,
    says: 'of nested pairs only the outermost lets go',
    certainty: 'det',
    source: 'CPython Python/pystate.c: PyGILState_Ensure, PyGILState_Release',
    nearest: 'there is no nested hold to count: a releaser lets go once; called again, it leaves a later hold alone',
  },
  { number: 5, says: 'a free lock is taken at once: no wait, no request', certainty: 'det', source: `${GIL}: take_gil` },
  { number: 6, says: 'a newcomer may take a free lock ahead of woken waiters', certainty: 'stat', source: `${GIL}: take_gil` },
  { number: 7, says: 'nobody is asked before a full interval', certainty: 'det', source: `${GIL}: take_gil` },
  {
    number: 8,
    says: 'a time-out asks only if the lock is held and was not handed over meanwhile',
    certainty: 'det',
    source: `${GIL}: take_gil (timed_out, switch_number)`,
  },
  { number: 9, says: 'each turn reads the interval anew; a wait in progress keeps its own', certainty: 'det', source: `${GIL}: take_gil` },
  {
    number: 10,
    says: 'a request is the holder’s alone, and gone for whoever takes the lock',
    certainty: 'det',
    source: `${GIL}: take_gil (RESET_GIL_DROP_REQUEST)`,
  },
  { number: 11, says: 'without a look there is no switch, however often asked', certainty: 'det', source: `${GIL}: header comment` },
  {
    number: 12,
    says: 'a look that nobody asked for changes nothing',
    certainty: 'det',
    source: 'CPython Python/ceval_macros.h: CHECK_EVAL_BREAKER',
  },
  {
    number: 13,
    says: 'a requested drop comes back only after another thread had the lock',
    certainty: 'det',
    source: `${GIL}: drop_gil (FORCE_SWITCHING)`,
  },
  {
    number: 14,
    says: 'two CPU-bound threads alternate strictly',
    certainty: 'det',
    source: `${GIL}: drop_gil (FORCE_SWITCHING); measured`,
  },
  {
    number: 15,
    says: 'letting go unasked does not wait; coming straight back is no switch',
    certainty: 'det',
    source: `${GIL}: drop_gil`,
  },
  { number: 16, says: 'I/O that begins while asked begins after the hand-over', certainty: 'det', source: `${GIL}: drop_gil` },
  { number: 17, says: 'the switch number counts changes of holder, nothing else', certainty: 'det', source: `${GIL}: take_gil` },
  { number: 18, says: 'the last holder is remembered after a release', certainty: 'det', source: `${GIL}: drop_gil` },
  { number: 19, says: 'a release wakes a waiter: no wake-up is lost', certainty: 'det', source: `${GIL}: drop_gil (COND_SIGNAL)` },
  { number: 20, says: 'who asked need not be who gets it', certainty: 'det', source: `${GIL}: drop_gil (COND_SIGNAL)` },
  {
    number: 21,
    says: 'no priorities: two CPU-bound threads share evenly',
    certainty: 'stat',
    source: `${GIL}: take_gil; measured`,
  },
  {
    number: 22,
    says: 'a CPU-bound slice lasts at least one interval',
    certainty: 'stat',
    source: `${GIL}: take_gil; measured`,
  },
  { number: 23, says: 'with one thread the interval does not matter', certainty: 'det', source: `${GIL}: take_gil` },
  {
    number: 24,
    says: 'back from I/O beside a CPU-bound thread: one interval',
    certainty: 'stat',
    source: 'CPython issue bpo-7946 (convoy effect); measured',
  },
  {
    number: 25,
    says: 'I/O that does not block may keep the lock',
    certainty: 'stat',
    source: `${GIL}: drop_gil; measured`,
  },
  {
    number: 26,
    says: 'starting a CPU-bound thread costs the starter one interval',
    certainty: 'stat',
    source: 'CPython Lib/threading.py: Thread.start (_started.wait)',
    nearest: 'a worker starts outside of the lock; the starter lets go and waits for the sign that the other runs, as Thread.start does',
  },
  {
    number: 27,
    says: 'the interval is positive and kept in whole microseconds',
    certainty: 'det',
    source: 'CPython Python/sysmodule.c: sys_setswitchinterval',
    nearest: 'milliseconds outside instead of seconds; NaN and infinity, which CPython lets pass, are refused',
  },
  {
    number: 28,
    says: 'read, modify, write without a look inside is atomic',
    certainty: 'det',
    source: 'CPython 3.10 Python/ceval.c: CHECK_EVAL_BREAKER; measured',
  },
  {
    number: 29,
    says: 'a look between read and write loses updates',
    certainty: 'det',
    source: 'CPython 3.9 Python/ceval.c: fast_next_opcode',
  },
  { number: 30, says: 'one stale write discards the rival’s whole slice', certainty: 'det', source: 'measured on CPython 2.7 to 3.13' },
  {
    number: 31,
    says: 'where a thread looks depends on the version',
    certainty: 'det',
    source: 'CPython Python/ceval.c (to 3.11), Python/bytecodes.c (from 3.12)',
  },
  {
    number: 32,
    says: 'a contended acquire of another lock lets go; an uncontended one and a release do not',
    certainty: 'det',
    source: 'CPython Python/thread.c: PyThread_acquire_lock_timed_with_retries',
    nearestOn: { async: 'an event loop lets go of the lock it lives under whenever it awaits, so also while it awaits another lock' },
  },
  {
    number: 33,
    says: 'sleep(0) lets go',
    certainty: 'det',
    source: 'CPython Modules/timemodule.c: pysleep',
    nearestOn: { async: 'an event loop does not sleep: it awaits a timer of 0 inside releaseForIO' },
  },
  {
    number: 34,
    says: 'the lock is back after a blocking section, however it ended',
    certainty: 'det',
    source: 'CPython Include/ceval.h: Py_END_ALLOW_THREADS',
  },
  { number: 35, says: 'letting go inside of letting go is an error', certainty: 'det', source: 'CPython Include/ceval.h: NEVER NEST' },
  {
    number: 36,
    says: 'a native call is one step: only its own blocking sections open it',
    certainty: 'det',
    source: 'CPython Python/ceval_gil.c: header comment; measured',
    nearest: 'code without looks is the native call: JavaScript that was not transformed, and the engine’s own functions',
  },
  {
    number: 37,
    says: 'pending calls run at a look, on the main thread, before the lock is offered',
    certainty: 'det',
    source: `${GIL}: _Py_HandlePending`,
    nearest: 'a thread’s pending calls are its timers, messages and promises: they never run inside a held section, looks included',
  },
  {
    number: 38,
    says: 'who waits while the end comes never runs, and holds nothing up',
    certainty: 'det',
    source: `${GIL}: take_gil (_PyThreadState_MustExit)`,
    nearest: 'the end is that of one thread, by terminate() or by an AbortSignal: there is no interpreter to finalize',
  },
  {
    number: 39,
    says: 'a waiter that leaves keeps nobody waiting; a final release never waits',
    certainty: 'det',
    source: `${GIL}: take_gil, drop_gil (gh-96387, gh-104341)`,
  },
  { number: 40, says: 'the locks of two interpreters are independent', certainty: 'det', source: `PEP 684; ${GIL}: init_own_gil` },
  {
    number: 41,
    says: 'without a GIL taking it is a no-op and exclusion is gone',
    certainty: 'det',
    source: `PEP 703; ${GIL}: take_gil (enabled)`,
    nearest: 'a lock is enabled or not for its whole life: its dialect says which, nothing turns it on later',
  },
  {
    number: 42,
    says: 'the GIL does not replace locks: check, look, act is a race',
    certainty: 'det',
    source: 'measured on CPython 2.7 to 3.13',
  },
];
