/**
 * The laws of the lock as one suite, a function of a factory: the same laws for every driver. A law that a driver says nothing about
 * has no test there, and a dash in the table.
 */
import { describe, it, onTestFinished } from 'vitest';
import { LAWS, nearestMeaning } from './laws.js';
import { type Factory, Stage, type StageOptions } from './stage.js';

/** What a law's test is given. */
export interface Scene {
  /** The driver's name. */
  readonly driver: string;
  /** A lock and actors; closed when the test is over. */
  stage(options?: StageOptions): Stage;
}

/** How laws are shown on one kind of stage, by number. */
export type Proofs<Given> = Readonly<Record<number, (given: Given) => unknown>>;

declare module 'vitest' {
  interface TaskMeta {
    law?: { readonly number: number; readonly driver: string };
  }
}

/** One test for each law that `proofs` shows. */
export function describeLaws<Given>(driver: string, proofs: Proofs<Given>, given: () => Given): void {
  describe(driver, () => {
    for (const law of LAWS) {
      const { number, says } = law;
      const proof = proofs[number];
      if (proof === undefined) continue;
      const nearest = nearestMeaning(law, driver);
      it(`law ${number}: ${says}${nearest === undefined ? '' : `; its nearest meaning: ${nearest}`}`, async ({ task }) => {
        task.meta.law = { number, driver };
        await proof(given());
      });
    }
  });
}

/** All laws, with actors of one kind. */
export function lawSuite(factory: Factory, proofs: Proofs<Scene>): void {
  describeLaws(factory.name, proofs, () => ({
    driver: factory.name,
    stage(options = {}) {
      const stage = new Stage(factory, options);
      onTestFinished(() => stage.close());
      return stage;
    },
  }));
}
