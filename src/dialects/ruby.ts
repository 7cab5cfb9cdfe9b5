/**
 * Ruby's Global VM Lock, for contrast: a timer instead of impatient waiters, a queue instead of a race, priorities.
 */
import type { Dialect } from './dialect.js';

const ruby34 = {
  name: 'ruby-3.4',
  lock: 'global',
  request: { by: 'timer', tick: 10 },
  switchInterval: 100,
  afterDrop: 'race',
  next: 'longest-waiting',
  rank: { by: 'program', lowest: -3, highest: 3 },
  slice: 'interval-doubled-by-rank',
  preemption: 'after-the-slice',
  looks: ['backward-jump', 'taken-branch', 'after-call'],
  quietCalls: [],
  sources: [
    'Ruby thread_pthread.c: TIME_QUANTUM_MSEC, timeslice_threads, thread_sched_yield, readyq',
    'Ruby thread.c: rb_threadptr_execute_interrupts (limits_us, priority)',
    'Ruby insns.def: jump, branchif, branchunless, leave (RUBY_VM_CHECK_INTS)',
  ],
} as const satisfies Dialect;

export const RUBY = [ruby34] as const;
