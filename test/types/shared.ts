/**
 * What the compiler must know of `gil/threading` and `gil/shared`. Checked, never run.
 */
import { ThreadPool } from 'gil';
import { SharedArray, SharedDict, SharedList, SharedObject } from 'gil/shared';
import { Condition, Lock, Semaphore } from 'gil/threading';

declare function same<A, B>(value: [A] extends [B] ? ([B] extends [A] ? true : false) : false): void;

const lock = new Lock({ name: 'lock' });
const sure = lock.acquireSync();
const perhaps = lock.acquireSync({ timeout: 5 });
const later = lock.acquire({ timeout: 5 });
same<typeof sure, import('gil').Releaser>(true);
same<typeof perhaps, import('gil').Releaser | null>(true);
same<typeof later, Promise<import('gil').Releaser | null>>(true);
const ran = lock.runExclusive(async () => 5);
same<typeof ran, Promise<number>>(true);
// @ts-expect-error a lock has no permits
new Lock(3);
new Semaphore(3).release(2);
const found = new Condition(lock).waitForSync(() => 'x');
same<typeof found, string>(true);

const record = new SharedObject({ x: 1, y: 2 });
record.x += record.y;
// @ts-expect-error not a field
record.z = 3;
// @ts-expect-error not a number
new SharedObject({ x: '1' });

const bytes = new SharedArray('uint8', 4);
same<ReturnType<typeof bytes.at>, number>(true);
const big = new SharedArray('bigint64', [1n]);
same<ReturnType<typeof big.at>, bigint>(true);
// @ts-expect-error not a bigint
big.set(0, 1);
// @ts-expect-error not a type of element
new SharedArray('int', 4);

new SharedList([1, 2]).append(3);
const dict = new SharedDict({ a: 1 });
same<ReturnType<typeof dict.get>, number | undefined>(true);
// @ts-expect-error not a key
dict.get({});

const pool = new ThreadPool(1);
const given = pool.submit((each: typeof record, [first]: readonly [SharedList]) => each.x + first.length, record, [
  new SharedList(),
] as const);
same<typeof given, import('gil').Future<number>>(true);
