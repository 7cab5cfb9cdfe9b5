/**
 * What CPython's tests of `concurrent.futures` are run on: futures alone, and each kind of pool.
 */
import { type Dialect, type DialectName, type Executor, InterpreterPool, type PoolOptions, ProcessPool, ThreadPool } from 'gil';

/** What a test may ask of a pool, beside its number of workers. */
export interface MakeOptions extends PoolOptions {
  readonly dialect?: DialectName | Dialect;
}

/** A column of the table. */
export interface Column {
  readonly name: string;
  /** Future, thread pool, interpreter pool, process pool: the letters of CPython's executors in the list of tests. */
  readonly letter: 'F' | 'T' | 'I' | 'P';
  /** Whether a worker can be sent memory that stays the same memory. */
  readonly memory: 'shared' | 'separate';
  /** What its workers are named after, and the name of the error of a broken one. */
  readonly className: string;
  readonly broken: string;
  readonly make: (workers: number, options?: MakeOptions) => Executor;
  /** The same as text of a program. */
  readonly text: (workers: number, options?: string) => string;
}

const threads = (name: string, dialect: DialectName): Column => ({
  name,
  letter: 'T',
  memory: 'shared',
  className: 'ThreadPool',
  broken: 'BrokenThreadPoolError',
  make: (workers, options) => new ThreadPool(workers, { dialect, ...options }),
  text: (workers, options = '{}') => `new ThreadPool(${workers}, { dialect: '${dialect}', ...${options} })`,
});

const processes = (name: string, isolation: 'worker' | 'process'): Column => ({
  name,
  letter: 'P',
  memory: isolation === 'worker' ? 'shared' : 'separate',
  className: 'ProcessPool',
  broken: 'BrokenProcessPoolError',
  make: (workers, options) => new ProcessPool(workers, { isolation, ...options }),
  text: (workers, options = '{}') => `new ProcessPool(${workers}, { isolation: '${isolation}', ...${options} })`,
});

export const FUTURE: Column = {
  name: 'Future',
  letter: 'F',
  memory: 'shared',
  className: '',
  broken: '',
  make: () => {
    throw new Error('there is no pool here');
  },
  text: () => '',
};

export const POOLS: readonly Column[] = [
  threads('Thread', 'cpython-3.13'),
  threads('Thread-3.13t', 'cpython-3.13t'),
  {
    name: 'Interpreter',
    letter: 'I',
    memory: 'shared',
    className: 'InterpreterPool',
    broken: 'BrokenInterpreterPoolError',
    make: (workers, options) => new InterpreterPool(workers, options),
    text: (workers, options = '{}') => `new InterpreterPool(${workers}, ${options})`,
  },
  processes('Process/worker', 'worker'),
  processes('Process/process', 'process'),
];

export const COLUMNS: readonly Column[] = [FUTURE, ...POOLS];
