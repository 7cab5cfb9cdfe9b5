/**
 * Vyukov's SafeStack: three threads take slots and give them back, and one slot is popped by two of them after seven preemptions in the right places.
 * Plain generators, for whoever explores them.
 */

function* pop(s) {
  for (;;) {
    yield;
    if (s.count <= 1) return -1;
    yield;
    const h = s.head;
    yield;
    const n = s.next[h];
    s.next[h] = -1;
    if (n >= 0) {
      yield;
      if (s.head === h) {
        s.head = n;
        yield;
        s.count--;
        return h;
      }
      yield;
      s.next[h] = n;
    } else yield;
  }
}

function* push(s, i) {
  yield;
  let h = s.head;
  for (;;) {
    yield;
    s.next[i] = h;
    yield;
    if (s.head === h) {
      s.head = i;
      break;
    }
    h = s.head;
  }
  yield;
  s.count++;
}

function* useStack(s, me) {
  for (let turn = 0; turn < 2; turn++) {
    let e = -1;
    while (e < 0) e = yield* pop(s);
    yield;
    s.value[e] = me;
    yield;
    if (s.value[e] !== me) throw new Error(`slot ${e} was popped twice`);
    yield* push(s, e);
  }
}

export const safeStack = {
  state: () => ({ head: 0, count: 3, next: [1, 2, -1], value: [0, 0, 0] }),
  helpers: { pop, push, useStack },
  bodies: [
    function* (s) {
      yield* useStack(s, 1);
    },
    function* (s) {
      yield* useStack(s, 2);
    },
    function* (s) {
      yield* useStack(s, 3);
    },
  ],
};
