/**
 * The CPython family, 2.7 to 3.14t. Every record is data: a version is a place in this list, never an `if` elsewhere.
 */
import type { Dialect } from './dialect.js';

/** What Python writes as a subscript, which is no call: `l[i]`, `d[k]`, `d[k] = v` (BINARY_SUBSCR, STORE_SUBSCR). */
const SUBSCRIPTS = ['at', 'get', 'set'] as const;

const NEW_GIL = 'CPython Python/ceval_gil.c: take_gil, drop_gil';

const cpython27 = {
  name: 'cpython-2.7',
  lock: 'global',
  request: { by: 'ticks', ticks: 100 },
  switchInterval: 5,
  afterDrop: 'race',
  next: 'whoever-comes-first',
  rank: { by: 'nobody' },
  slice: 'interval',
  preemption: 'after-the-slice',
  looks: ['every-operation'],
  quietCalls: [],
  sources: ['CPython 2.7 Python/ceval.c: PyEval_EvalFrameEx (_Py_Ticker, _Py_CheckInterval)'],
} as const satisfies Dialect;

/** 3.6 to 3.9: the new lock, and a look before nearly every instruction. */
function everyInstruction<Version extends string>(version: Version): Dialect & { readonly name: `cpython-${Version}` } {
  return {
    ...cpython27,
    name: `cpython-${version}`,
    request: { by: 'waiter' },
    afterDrop: 'wait-for-switch',
    sources: [NEW_GIL, `CPython ${version} Python/ceval.c: fast_next_opcode, eval_breaker before each opcode that ends in DISPATCH`],
  };
}

const cpython310 = {
  ...everyInstruction('3.10'),
  looks: ['function-entry', 'backward-jump', 'after-call', 'taken-branch'],
  quietCalls: SUBSCRIPTS,
  sources: [NEW_GIL, 'CPython 3.10 Python/ceval.c: CHECK_EVAL_BREAKER (bpo-44645)'],
} as const satisfies Dialect;

/** 3.11 to 3.14: loops, function entries, calls of native code. */
function fewPlaces<Version extends string>(version: Version, source: string): Dialect & { readonly name: `cpython-${Version}` } {
  return {
    ...everyInstruction(version),
    looks: ['function-entry', 'backward-jump', 'after-native-call'],
    quietCalls: [...SUBSCRIPTS, 'push', 'append', 'Array.isArray'],
    sources: [NEW_GIL, `CPython ${version} ${source}`],
  };
}

/**
 * Built without the lock, and started with it: `PYTHON_GIL=1`. The interpreter of 3.13t specialises no instruction, so a call of `len` or
 * `list.append` is a native call like any other.
 */
const freeThreadedWithLock = {
  ...fewPlaces('3.13', 'Python/bytecodes.c: RESUME, JUMP_BACKWARD, CALL (_CHECK_PERIODIC)'),
  name: 'cpython-3.13t-gil',
  quietCalls: SUBSCRIPTS,
  sources: [
    NEW_GIL,
    'CPython 3.13 Python/bytecodes.c: RESUME, JUMP_BACKWARD, CALL (_CHECK_PERIODIC)',
    'CPython 3.13 Include/internal/pycore_code.h: ENABLE_SPECIALIZATION is 0 under Py_GIL_DISABLED (gh-115999)',
  ],
} as const satisfies Dialect;

/** Built without the lock. */
function freeThreaded<Version extends string>(version: Version): Dialect & { readonly name: `cpython-${Version}` } {
  return {
    ...everyInstruction(version),
    lock: 'none',
    request: { by: 'nobody' },
    afterDrop: 'race',
    looks: [],
    sources: ['PEP 703', `CPython ${version} Python/ceval_gil.c: take_gil (gil->enabled)`],
  };
}

export const CPYTHON = [
  cpython27,
  everyInstruction('3.6'),
  everyInstruction('3.7'),
  everyInstruction('3.8'),
  everyInstruction('3.9'),
  cpython310,
  fewPlaces('3.11', 'Python/ceval.c: RESUME, JUMP_BACKWARD, POP_JUMP_BACKWARD_IF_*, CALL'),
  fewPlaces('3.12', 'Python/bytecodes.c: RESUME, JUMP_BACKWARD, CALL'),
  fewPlaces('3.13', 'Python/bytecodes.c: RESUME, JUMP_BACKWARD, CALL (_CHECK_PERIODIC)'),
  freeThreaded('3.13t'),
  freeThreadedWithLock,
  fewPlaces('3.14', 'Python/bytecodes.c: RESUME, JUMP_BACKWARD, CALL (_CHECK_PERIODIC)'),
  freeThreaded('3.14t'),
] as const;
