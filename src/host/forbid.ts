/**
 * Keeps code that must do the same each time from what never is the same: clocks, timers, random numbers. The platform's functions are replaced for
 * as long as somebody looks, and complain only while that code runs.
 */

/** Whether such code runs now. Written by whoever runs it. */
export const strictness: { now: 'lenient' | 'strict' } = { now: 'lenient' };

/** What is replaced: where it is, its name there, and what it is called in messages. */
const PLACES: readonly (readonly [object, string, string])[] = [
  [Math, 'random', 'Math.random()'],
  [Date, 'now', 'Date.now()'],
  [performance, 'now', 'performance.now()'],
  [globalThis, 'setTimeout', 'setTimeout'],
  [globalThis, 'setInterval', 'setInterval'],
  [globalThis, 'setImmediate', 'setImmediate'],
  [globalThis, 'queueMicrotask', 'queueMicrotask'],
  [process, 'hrtime', 'process.hrtime()'],
  [crypto, 'randomUUID', 'crypto.randomUUID()'],
  [crypto, 'getRandomValues', 'crypto.getRandomValues()'],
];

/** Runs `task`, which may run strict code: a use of what is forbidden there is told to `onUse`, which throws. */
export function forbidding<T>(onUse: (name: string) => never, task: () => T): T {
  const restore = PLACES.map(([owner, key, name]) => {
    const original = Reflect.get(owner, key) as (...args: unknown[]) => unknown;
    // A proxy: it is as native as what it stands for, to whoever looks at its text.
    const use = (): void => {
      if (strictness.now === 'strict') onUse(name);
    };
    const watched = new Proxy(original, {
      get(target, part) {
        // `process.hrtime.bigint`
        if (part === 'bigint') use();
        return Reflect.get(target, part);
      },
      apply(target, self, args) {
        use();
        return Reflect.apply(target, self, args);
      },
    });
    return replace(owner, key, watched);
  });
  const RealDate = Date;
  const date = new Proxy(RealDate, {
    construct(target, args, newTarget) {
      if (strictness.now === 'strict' && args.length === 0) onUse('new Date()');
      return Reflect.construct(target, args, newTarget);
    },
  });
  restore.push(replace(globalThis, 'Date', date));
  try {
    return task();
  } finally {
    for (const undo of restore.reverse()) undo();
    strictness.now = 'lenient';
  }
}

/** Replaces a property; gives what puts the old one back, exactly as it was. */
function replace(owner: object, key: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, key);
  Object.defineProperty(owner, key, { value, writable: true, configurable: true, enumerable: own?.enumerable ?? false });
  return () => {
    if (own === undefined) Reflect.deleteProperty(owner, key);
    else Object.defineProperty(owner, key, own);
  };
}
