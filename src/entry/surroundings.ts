/**
 * What only a started file may reach for, and only when it is needed: the package's own face, and the transform with its parser.
 */
import { HOOKS_RUN } from '../host/module-hooks.js';
import { rulesFor } from '../lock/preemption.js';
import { currentTask, report } from '../runtime/current-task.js';
import { transformModules } from '../runtime/module-transform.js';
import { checkpoint, releaseForIO, releasing, sleep } from '../runtime/release.js';
import type { Surroundings } from '../runtime/serve.js';

/** Every worker has these as it starts. The faces would cost it as much again: they bring the pools, and these the parser. */
const AT_HAND: Readonly<Record<string, unknown>> = { checkpoint, currentTask, releaseForIO, releasing, report, sleep };

export const SURROUNDINGS: Surroundings = {
  exports: async (names) => {
    if (names !== 'all' && names.every((name) => Object.hasOwn(AT_HAND, name))) return AT_HAND;
    const [core, threading, shared] = await Promise.all([import('../index.js'), import('../threading.js'), import('../shared.js')]);
    return { ...core, ...threading, ...shared };
  },
  transformModules: async ({ dialect, preemption }) => {
    if (dialect.lock === 'none') return;
    // Where hooks run in a thread of their own, this one does without.
    const looks = HOOKS_RUN === 'in-the-thread' ? await import('../runtime/module-looks.js') : undefined;
    transformModules(rulesFor(dialect, preemption), looks?.hookFor);
  },
};
