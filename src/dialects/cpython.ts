/**
 * The CPython family, 2.7 to 3.13t. Every record is data: a version is a place in this list, never an `if` elsewhere.
 */
import type { Dialect } from './dialect.js';

const NEW_GIL = 'CPython Python/ceval_gil.c: take_gil, drop_gil';

const cpython27: Dialect = {
  name: 'cpython-2.7',
  lock: 'global',
  request: { by: 'ticks', ticks: 100 },
  switchInterval: 5,
  afterDrop: 'race',
  looks: ['every-operation'],
  quietCalls: [],
  sources: ['CPython 2.7 Python/ceval.c: PyEval_EvalFrameEx (_Py_Ticker, _Py_CheckInterval)'],
};

const cpython39: Dialect = {
  name: 'cpython-3.9',
  lock: 'global',
  request: { by: 'waiter' },
  switchInterval: 5,
  afterDrop: 'wait-for-switch',
  looks: ['every-operation'],
  quietCalls: [],
  sources: [NEW_GIL, 'CPython 3.9 Python/ceval.c: fast_next_opcode, eval_breaker before each opcode that ends in DISPATCH'],
};

const cpython310: Dialect = {
  ...cpython39,
  name: 'cpython-3.10',
  looks: ['function-entry', 'backward-jump', 'after-call', 'taken-branch'],
  sources: [NEW_GIL, 'CPython 3.10 Python/ceval.c: CHECK_EVAL_BREAKER (bpo-44645)'],
};

const cpython313: Dialect = {
  ...cpython39,
  name: 'cpython-3.13',
  looks: ['function-entry', 'backward-jump', 'after-native-call'],
  quietCalls: ['push', 'Array.isArray'],
  sources: [NEW_GIL, 'CPython 3.13 Python/bytecodes.c: RESUME, JUMP_BACKWARD, CALL (_CHECK_PERIODIC)'],
};

const cpython313t: Dialect = {
  ...cpython313,
  name: 'cpython-3.13t',
  lock: 'none',
  request: { by: 'nobody' },
  afterDrop: 'race',
  looks: [],
  quietCalls: [],
  sources: ['PEP 703', 'CPython 3.13 Python/ceval_gil.c: take_gil (gil->enabled)'],
};

export const CPYTHON = [cpython27, cpython39, cpython310, cpython313, cpython313t] as const;
