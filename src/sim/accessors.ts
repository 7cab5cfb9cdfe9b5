/**
 * Which names of properties are accessors in what threads share: a text does not show it of `o.x` that a function runs there.
 */
import { isNative, isNativeText } from '../transform/native.js';
import { isUnseen } from '../transform/unseen.js';

/** Of all objects that can be reached from a value, but for those of the language and of this package: the names of accessors, and of what the language calls. */
export function accessorsOf(
  root: unknown,
  atomic: ReadonlySet<unknown>,
): { readonly accessors: ReadonlySet<string>; readonly unseen: readonly string[] } {
  const names = new Set<string>();
  const hooks = new Set<string>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    for (let at: unknown = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at))
      addOwn(at as object, names, hooks, atomic);
    if (value instanceof Map) for (const entry of value) entry.forEach(visit);
    else if (value instanceof Set) for (const item of value) visit(item);
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value))) if ('value' in descriptor) visit(descriptor.value);
  };
  visit(root);
  return { accessors: names, unseen: [...hooks] };
}

/** Accessors that have a text: those of the platform are native, whoever reads them. */
function addOwn(object: object, names: Set<string>, hooks: Set<string>, atomic: ReadonlySet<unknown>): void {
  for (const [name, { get, set }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    if (hasText(get, atomic) || hasText(set, atomic)) names.add(name);
  }
  for (const key of Reflect.ownKeys(object)) {
    const name = typeof key === 'symbol' ? (key.description ?? '') : key;
    if (isUnseen(name) && hasText(Object.getOwnPropertyDescriptor(object, key)?.value, atomic)) hooks.add(name);
  }
}

function hasText(accessor: unknown, atomic: ReadonlySet<unknown>): boolean {
  if (typeof accessor !== 'function' || atomic.has(accessor) || isNative(accessor)) return false;
  return !isNativeText(Function.prototype.toString.call(accessor));
}
