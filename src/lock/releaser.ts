/**
 * What an `acquire` gives: a function that lets go once, and works with `using`.
 */

/** Lets go of the lock it came from, the first time it is called; calling it again does nothing. */
export interface Releaser extends Disposable {
  (): void;
  /** `true` when the previous holder died with the lock in its hands: what it protects may be half-changed. */
  readonly abandoned: boolean;
}

/** One closure and no more: this is on the fast path of every acquire. */
export function createReleaser(lock: { isHeld(): boolean; drop(): void }, abandoned: boolean): Releaser {
  let held = true;
  const releaser = (): void => {
    if (!held) return;
    held = false;
    // Nothing is left to let go of after a `release()`. A hold that began since then is ended, as it is in async-mutex: use one or the other.
    if (lock.isHeld()) lock.drop();
  };
  releaser.abandoned = abandoned;
  releaser[Symbol.dispose] = releaser;
  return releaser;
}

/** What `acquire` gives where there is no lock. */
export const FREE_THREADED: Releaser = createReleaser({ isHeld: () => false, drop() {} }, false);
