/**
 * What the bench of `gil/threading` measures side by side, by kind: how each is made, sent to another thread and used. One that this
 * copy of the package or of a peer does not have is left out, and the table says so.
 */
import * as threading from 'gil/threading';
import { importMultithreading, installed, SHARED } from './locks.js';

const PEERS = ['bare Atomics', 'multithreading', 'worker-mutex', 'atomics-sync'];
/** Everything that there is, in the order of the table. */
export const SUBJECTS = ['gil', ...PEERS];
/** As many numbers as may lie in a queue. */
const ROOM = 1024;

const locks = [
  {
    name: 'gil',
    create: () => new threading.Lock().handle,
    open(handle) {
      const lock = threading.Lock.from(handle);
      return { enter: () => lock.acquireSync(), leave: () => lock.release() };
    },
  },
  ...PEERS.map((name) => {
    const { create, open } = SHARED.find((each) => each.name === name);
    return {
      name,
      create,
      async open(memory) {
        const { lock, unlock } = await open(memory);
        return { enter: lock, leave: unlock };
      },
    };
  }),
];

/** One permit, so that what two threads did inside can be checked. */
const semaphores = [
  {
    name: 'gil',
    create: () => new threading.Semaphore(1).handle,
    open(handle) {
      const semaphore = threading.Semaphore.from(handle);
      return { enter: () => semaphore.acquireSync(), leave: () => semaphore.release() };
    },
  },
  {
    name: 'multithreading',
    create: () => new Int32Array(new SharedArrayBuffer(8)).fill(1, 0, 1).buffer,
    async open(memory) {
      const { Semaphore } = await importMultithreading();
      const semaphore = new Semaphore(1, memory);
      let guard;
      return {
        enter() {
          guard = semaphore.blockingAcquire();
        },
        leave: () => guard.dispose(),
      };
    },
  },
  {
    name: 'atomics-sync',
    create: () => new Int32Array(new SharedArrayBuffer(4)).fill(1).buffer,
    async open(memory) {
      const { Semaphore } = await import('atomics-sync');
      const words = new Int32Array(memory);
      return { enter: () => Semaphore.wait(words), leave: () => Semaphore.post(words) };
    },
  },
];

const queues = [
  {
    name: 'gil',
    create: () => new threading.Queue(ROOM).handle,
    open(handle) {
      const queue = threading.Queue.from(handle);
      return { put: (item) => queue.putSync(item), get: () => queue.getSync() };
    },
  },
  {
    name: 'multithreading',
    async create() {
      const { channel } = await importMultithreading();
      return channel(ROOM, { size: ROOM * 64 }).map((end) => envelope(end));
    },
    async open([sending, receiving]) {
      const { Sender, Receiver } = await importMultithreading();
      const [sender, receiver] = [unwrap(Sender, sending), unwrap(Receiver, receiving)];
      return { put: (item) => sender.blockingSend(item), get: () => receiver.blockingRecv().value };
    },
  },
];

/** What its own threads send: the methods are named by symbols that it does not export. */
function envelope(end) {
  const [serialize] = Object.getOwnPropertySymbols(Object.getPrototypeOf(Object.getPrototypeOf(end))).filter(isOf('Serialize'));
  return end[serialize]()[0];
}
function unwrap(End, sent) {
  const [deserialize] = Object.getOwnPropertySymbols(End).filter(isOf('Deserialize'));
  return End[deserialize](sent);
}
function isOf(what) {
  return ({ description }) => description === `Thread.${what}`;
}

export const KINDS = { Lock: locks, Semaphore: semaphores, Queue: queues };

/** Those of a kind that are here; none if this package does not have the kind. */
export async function present(kind) {
  return kind in threading ? installed(KINDS[kind]) : [];
}
