/**
 * What an `acquire` gives: a function that lets go once, and works with `using`.
 */

/** Lets go of the lock it came from, the first time it is called; calling it again does nothing. */
export interface Releaser extends Disposable {
  (): void;
  /** `true` when the previous holder died with the lock in its hands: what it protects may be half-changed. */
  readonly abandoned: boolean;
}

/** A releaser that runs `release` once. */
export function createReleaser(release: () => void, abandoned: boolean): Releaser {
  let held = true;
  const releaser = (): void => {
    if (!held) return;
    held = false;
    release();
  };
  releaser.abandoned = abandoned;
  releaser[Symbol.dispose] = releaser;
  return releaser;
}
