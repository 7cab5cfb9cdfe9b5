/**
 * What only a started file may reach for, and only when it is needed: the package's own face, and the transform with its parser.
 */
import type { Surroundings } from '../runtime/serve.js';

export const SURROUNDINGS: Surroundings = {
  exports: async () => {
    const [core, threading, shared] = await Promise.all([import('../index.js'), import('../threading.js'), import('../shared.js')]);
    return { ...core, ...threading, ...shared };
  },
  transformModules: async (lock) => (await import('../runtime/module-transform.js')).transformModules(lock),
};
