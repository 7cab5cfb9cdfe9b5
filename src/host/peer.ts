/**
 * Starting and ending other threads and processes: one shape for both, so that a pool need not know which it has.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type ResourceLimits, type TransferListItem, Worker, type WorkerOptions } from 'node:worker_threads';
import { watch } from './kin.js';
import { CHILD_STDIO } from './lifeline.js';

/** What a peer tells its parent. */
export interface PeerEvents {
  /** It sent something. */
  readonly onMessage: (message: unknown) => void;
  /** Something it sent could not be decoded, or it failed with an error that nobody caught; it may end next. */
  readonly onError: (error: unknown) => void;
  /** It is gone. `code` is `null` when a signal ended a process. */
  readonly onExit: (code: number | null) => void;
}

/** A started worker thread or child process. */
export interface Peer {
  /** `worker thread 3` or `process 4711`. */
  readonly label: string;
  /** A worker thread's number in this process, from 1; of a process 0. */
  readonly number: number;
  /** Sends a message. Throws a DataCloneError if it cannot be cloned; nothing is sent then. `transfer`: what moves instead. */
  send(message: unknown, transfer?: readonly unknown[]): void;
  /** Whether the process stays alive for it. */
  keep(alive: 'alive' | 'idle'): void;
  /** Ends it, whatever it is doing. A process that is told to `terminate` may clean up first (SIGTERM); `kill` is at once. */
  terminate(force: 'terminate' | 'kill'): void;
}

/** How a peer is started. */
export interface PeerOptions {
  readonly entry: URL;
  readonly data: unknown;
  readonly name: string;
  readonly resourceLimits?: ResourceLimits | undefined;
  /** Makes the worker thread in place of `new Worker`. */
  readonly createWorker?: ((url: URL, options: WorkerOptions) => Worker) | undefined;
}

/** Starts a worker thread. */
export function startWorker({ entry, data, name, resourceLimits, createWorker }: PeerOptions, events: PeerEvents): Peer {
  const options: WorkerOptions = { workerData: data, name, ...inherited(), ...(resourceLimits ? { resourceLimits } : {}) };
  const worker = createWorker === undefined ? new Worker(entry, options) : createWorker(entry, options);
  watch(worker);
  worker.on('message', events.onMessage);
  worker.on('messageerror', (error) => {
    events.onError(error);
    // What it answered cannot be read, and whom it answered is in there too: nothing it says can be trusted any more.
    void worker.terminate();
  });
  worker.on('error', events.onError);
  worker.on('exit', events.onExit);
  return {
    label: `worker thread ${worker.threadId}`,
    number: worker.threadId + 1,
    send: (message, transfer) => worker.postMessage(message, transfer as TransferListItem[] | undefined),
    keep: (alive) => (alive === 'alive' ? worker.ref() : worker.unref()),
    terminate: () => endWorker(worker),
  };
}

/** When a worker is told again to end that does not, in milliseconds from the last time. Each time adds a listener for its exit, of which ten are many. */
const INSIST = [50, 150, 450, 1350, 4050];

/** Ends a worker. One that is inside of an interrupt takes that for the end of the interrupt and goes on: it is told a few times. */
function endWorker(worker: Worker, again = INSIST): void {
  void worker.terminate();
  const [next, ...later] = again;
  if (next === undefined) return;
  const timer = setTimeout(() => {
    worker.off('exit', stop);
    endWorker(worker, later);
  }, next).unref();
  const stop = (): void => clearTimeout(timer);
  worker.once('exit', stop);
}

/** Starts a child process that speaks structured clone over its channel. Its data is the first message. */
export function startProcess({ entry, data, name }: PeerOptions, events: PeerEvents): Peer {
  const child = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    execArgv: forChildren(process.execArgv),
    stdio: [...CHILD_STDIO],
  });
  // Open for as long as this process lives; it keeps nothing alive.
  for (const pipe of child.stdio.slice(CHILD_STDIO.indexOf('pipe'))) (pipe as Partial<Socket> | null)?.unref?.();
  let exited: 'no' | 'yes' = 'no';
  const exit = (code: number | null): void => {
    if (exited === 'yes') return;
    exited = 'yes';
    events.onExit(code);
  };
  child.on('message', events.onMessage);
  child.on('error', (error: NodeJS.ErrnoException) => {
    events.onError(error);
    // There is no process, so there will be no `exit` of it.
    if (child.pid === undefined) exit(error.errno ?? 1);
  });
  // `exit` comes before the last messages have been read, `close` does not come if a grandchild holds stdout open: the channel decides.
  child.on('exit', (code) => {
    if (child.connected) child.once('disconnect', () => setImmediate(exit, code));
    else setImmediate(exit, code);
  });
  child.send(data as object, () => {});
  return {
    label: `process ${child.pid ?? '(not started)'} (${name})`,
    number: 0,
    send: (message) => {
      // Serialised here and now, so what cannot be is thrown here; that the child is gone is told by its exit.
      if (child.connected) child.send(message as object, () => {});
    },
    keep: (alive) => keepProcess(child, alive),
    terminate: (force) => void child.kill(force === 'kill' ? 'SIGKILL' : 'SIGTERM'),
  };
}

/** In Bun the channel has no methods of its own: it goes with the child. */
function keepProcess(child: ChildProcess, alive: 'alive' | 'idle'): void {
  const channel: { ref?(): void; unref?(): void } | null | undefined = child.channel;
  if (alive === 'alive') {
    child.ref();
    channel?.ref?.();
  } else {
    child.unref();
    channel?.unref?.();
  }
}

/** What a child takes over of this process's options: not its inspector port, and not the text it was itself started with. */
function forChildren(options: readonly string[]): string[] {
  const text = options.findIndex((option) => /^(-e|-p|-pe|--eval|--print)$/.test(option));
  const ownText = text < 0 ? [] : [text, text + 1];
  return options.filter((option, index) => !ownText.includes(index) && !/^--(inspect|input-type|eval=|print=|test\b)/.test(option));
}

/** A worker inherits all options by itself, but one that is meant for the text after `--eval` and would refuse the worker's file. */
function inherited(): { execArgv?: string[] } {
  return process.execArgv.some((option) => option.startsWith('--input-type')) ? { execArgv: forWorkers(process.execArgv) } : {};
}

/** Of this process's options only those that say how modules are found and loaded: many others are refused to a single thread. */
function forWorkers(options: readonly string[]): string[] {
  const isPair = (option: string | undefined): boolean =>
    /^(-[rC]|--(require|import|loader|experimental-loader|conditions))$/.test(option ?? '');
  return options.filter(
    (option, index) =>
      isPair(option) ||
      isPair(options[index - 1]) ||
      /^--((require|import|loader|experimental-loader|conditions)=|enable-source-maps$|preserve-symlinks$)/.test(option),
  );
}
