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
export function createReleaser(lock: { isHeldByCurrentThread(): boolean; release(): void }, abandoned: boolean): Releaser {
  let held = true;
  const releaser = (): void => {
    if (!held) return;
    held = false;
    // A hold that was ended by `release()` is not this releaser's to end again.
    if (lock.isHeldByCurrentThread()) lock.release();
  };
  releaser.abandoned = abandoned;
  releaser[Symbol.dispose] = releaser;
  return releaser;
}
