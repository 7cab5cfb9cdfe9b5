/**
 * Where a property of an object is: its own, or one that it inherits.
 */

/** Its descriptor, there; `undefined`: the object has no such property. */
export function propertyOf(object: unknown, key: PropertyKey): PropertyDescriptor | undefined {
  for (let at: unknown = Object(object); at !== null; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, key);
    if (property !== undefined) return property;
  }
  return undefined;
}
