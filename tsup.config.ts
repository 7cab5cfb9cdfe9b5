/**
 * Faces and started files become files of their own; what they share goes to chunks beside them. Splitting is what keeps
 * one copy of the library in a thread: the started worker file and the user's own `import 'gil'` meet in the same chunk.
 */
import { defineConfig } from 'tsup';

const faces = {
  index: 'src/index.ts',
  threading: 'src/threading.ts',
  shared: 'src/shared.ts',
  sim: 'src/sim.ts',
  transform: 'src/transform.ts',
  vite: 'src/vite.ts',
  vitest: 'src/vitest.ts',
  register: 'src/register.ts',
};

export default defineConfig({
  entry: {
    ...faces,
    cli: 'src/cli/main.ts',
    'entry/worker': 'src/entry/worker.ts',
    'entry/process': 'src/entry/process.ts',
    'entry/interrupter': 'src/entry/interrupter.ts',
    'entry/gated': 'src/entry/gated.ts',
    'entry/hooks': 'src/entry/hooks.ts',
  },
  format: 'esm',
  target: 'es2022',
  platform: 'node',
  splitting: true,
  sourcemap: true,
  clean: true,
  treeshake: false,
  removeNodeProtocol: false,
  dts: { entry: faces, compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
});
