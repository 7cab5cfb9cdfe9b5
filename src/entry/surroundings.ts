/**
 * What only a started file may reach for, and only when it is needed: the package's own face, and the transform with its parser.
 */
import type { Surroundings } from '../runtime/serve.js';

export const SURROUNDINGS: Surroundings = {
  exports: () => import('../index.js'),
  transformModules: async (lock) => (await import('../runtime/module-transform.js')).transformModules(lock),
};
