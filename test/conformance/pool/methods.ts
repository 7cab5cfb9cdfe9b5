/**
 * The test methods of CPython's `_test_multiprocessing.py` that are about `Pool`: `_TestPool`, `_TestPoolWorkerErrors`, `_TestPoolWorkerLifetime`
 * and `TestPoolNotLeakOnFailure`. For each, what it asserts in a line, and whether that has a meaning here.
 */

/** One test method of CPython. */
export interface Method {
  readonly name: string;
  readonly says: string;
  /** `yes`: the same, observed the same way. `adapt`: the same intent, another mechanism. `no`: no meaning in Node. */
  readonly verdict: 'yes' | 'adapt' | 'no';
  /** What is asserted in its place, or why nothing is. */
  readonly note?: string;
}

export const METHODS: readonly Method[] = [
  { name: 'apply', says: 'a call gives its value', verdict: 'yes' },
  { name: 'map', says: 'the same as the builtin map, with and without a chunk size', verdict: 'yes' },
  { name: 'starmap', says: 'each input is the arguments of a call', verdict: 'yes' },
  { name: 'starmap_async', says: 'the same, later', verdict: 'yes' },
  { name: 'map_async', says: 'the same as map, later', verdict: 'yes' },
  { name: 'map_async_callbacks', says: 'callback with the values, error callback with the error, once each', verdict: 'yes' },
  {
    name: 'map_unplicklable',
    says: 'an input that cannot be serialised fails the map, and nothing hangs',
    verdict: 'adapt',
    note: 'the error is a CloneError, not what a serialiser of the object threw',
  },
  { name: 'map_chunksize', says: 'an empty input with a chunk size does not stall', verdict: 'yes' },
  { name: 'map_handle_iterable_exception', says: 'what the inputs throw comes out of the map', verdict: 'yes' },
  { name: 'async', says: 'get() waits for the value', verdict: 'yes' },
  { name: 'async_timeout', says: 'get(timeout) gives up; the call goes on', verdict: 'yes' },
  { name: 'imap', says: 'values one by one, in the order of the inputs', verdict: 'yes' },
  { name: 'imap_handle_iterable_exception', says: 'what the inputs throw comes after the values before it', verdict: 'yes' },
  { name: 'imap_unordered', says: 'all values, in any order', verdict: 'yes' },
  { name: 'imap_unordered_handle_iterable_exception', says: 'what the inputs throw is one of the steps', verdict: 'yes' },
  { name: 'make_pool', says: 'refuses fewer than one worker; has as many as it was asked for', verdict: 'yes' },
  { name: 'terminate', says: 'ends at once, whatever waits', verdict: 'yes' },
  { name: 'empty_iterable', says: 'every map over nothing gives nothing', verdict: 'yes' },
  { name: 'context', says: 'leaving the scope terminates', verdict: 'yes' },
  {
    name: 'traceback',
    says: 'an error comes with the trace of where it was raised',
    verdict: 'adapt',
    note: 'one joined stack in place of a RemoteTraceback as the cause',
  },
  { name: 'wrapped_exception', says: 'an error comes back as the class it was raised as', verdict: 'yes' },
  { name: 'map_no_failfast', says: 'a map that fails still waits for all of its calls', verdict: 'yes' },
  {
    name: 'release_task_refs',
    says: 'arguments of a finished call are let go of',
    verdict: 'no',
    note: 'garbage collection is not observable by rule',
  },
  { name: 'enter', says: 'a terminated pool cannot be entered again', verdict: 'yes' },
  {
    name: 'resource_warning',
    says: 'a pool that is collected while it runs warns',
    verdict: 'no',
    note: 'nothing is told of what is collected',
  },
  { name: 'async_error_callback', says: 'the error callback gets the error', verdict: 'yes' },
  {
    name: 'unpickleable_result',
    says: 'a result that cannot be serialised is an error, and the worker lives',
    verdict: 'adapt',
    note: 'a CloneError in place of MaybeEncodingError',
  },
  { name: 'pool_worker_lifetime', says: 'with maxtasksperchild workers are replaced, and every value is right', verdict: 'yes' },
  { name: 'pool_worker_lifetime_early_close', says: 'close() while they are being replaced loses nothing', verdict: 'yes' },
  { name: 'pool_maxtasksperchild_invalid', says: 'maxtasksperchild is a whole number from 1', verdict: 'yes' },
  {
    name: 'worker_finalization_via_atexit_handler_of_multiprocessing',
    says: 'workers end at exit',
    verdict: 'no',
    note: 'idle workers do not keep the process alive; see test/process',
  },
];
