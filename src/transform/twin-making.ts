/**
 * Objects with private names, made by their class and by nothing else of it: while one is asked for, the last of its fields stops the class and hands
 * the object over.
 */

let asked: 'no' | 'yes' = 'no';
const HANDED = { object: undefined as object | undefined };

/** Whether an object is asked for: then what its fields begin with is not computed yet. */
export function isMaking(): boolean {
  return asked === 'yes';
}

/** The last field of a class. */
export function hand(object: object): void {
  if (asked === 'no') return;
  asked = 'no';
  HANDED.object = object;
  throw HANDED;
}

/** An object of a class that ends with {@link hand}. */
export function make(made: new () => object, newTarget: new () => object): object {
  asked = 'yes';
  try {
    Reflect.construct(made, [], newTarget);
  } catch (error) {
    if (error !== HANDED) throw error;
  } finally {
    asked = 'no';
  }
  const { object } = HANDED;
  HANDED.object = undefined;
  return object!;
}
