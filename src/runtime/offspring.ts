/**
 * Threads that this one has started and that the process waits for. Node waits for a worker of a worker only as long as somebody waits for
 * that one, so a worker tells whoever started it.
 */

let now: 'some' | 'none' = 'none';
let tell: (state: 'some' | 'none') => void = () => {};

/** From now on `listener` is told when the first of them begins and when the last one has ended. */
export function onOffspring(listener: (state: 'some' | 'none') => void): void {
  tell = listener;
}

/** There are some from now on, or none any more. */
export function tellOffspring(state: 'some' | 'none'): void {
  now = state;
  tell(state);
}

/** Whether there are some. */
export function hasOffspring(): boolean {
  return now === 'some';
}
