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
  [globalThis, 'Date', 'Date()'],
  [globalThis, 'setTimeout', 'setTimeout'],
  [globalThis, 'setInterval', 'setInterval'],
  [globalThis, 'setImmediate', 'setImmediate'],
  [globalThis, 'queueMicrotask', 'queueMicrotask'],
  [process, 'hrtime', 'process.hrtime()'],
  [crypto, 'randomUUID', 'crypto.randomUUID()'],
  [crypto, 'getRandomValues', 'crypto.getRandomValues()'],
];

/** Whom a use is told to. Written by whoever looks. */
let told: (name: string) => void = () => {};

function use(name: string): void {
  if (strictness.now === 'strict') told(name);
}

/** Of each function of the platform, or of whoever had replaced it, what stands for it. */
const standIns = new WeakMap<object, object>();

/** A proxy: to whoever looks at its text, it is as native as what it stands for. */
function standInFor(original: object, name: string): object {
  let made = standIns.get(original);
  if (made === undefined) {
    made = new Proxy(original, {
      apply(target, self, args) {
        use(name);
        return Reflect.apply(target as (...args: unknown[]) => unknown, self, args);
      },
      construct(target, args, newTarget) {
        if (args.length === 0) use('new Date()');
        return Reflect.construct(target as new (...args: unknown[]) => object, args, newTarget);
      },
      get(target, part) {
        // `process.hrtime.bigint`
        if (part === 'bigint') use(name);
        return Reflect.get(target, part);
      },
    });
    standIns.set(original, made);
  }
  return made;
}

/** Runs `task`, which may run strict code: a use of what is forbidden there is told to `onUse`, which throws. */
export function forbidding<T>(onUse: (name: string) => never, task: () => T): T {
  const before = told;
  told = onUse;
  const restore = PLACES.map(([owner, key, name]) => replace(owner, key, standInFor(Reflect.get(owner, key) as object, name)));
  try {
    return task();
  } finally {
    for (const undo of restore.reverse()) undo();
    strictness.now = 'lenient';
    told = before;
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
