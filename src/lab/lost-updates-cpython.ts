/**
 * What eleven real interpreters did with sixteen programs: 4 threads that each add 1 two hundred thousand times, six runs of each program,
 * three with the shortest switch interval and three with the usual one. The largest loss of the six is what is kept.
 */
import type { DialectName } from '../dialects/registry.js';

/** What should have been counted in each run. */
export const EXPECTED = 800_000;

/** The interpreters, each with the dialect that describes it. */
export const INTERPRETERS: readonly { readonly version: string; readonly dialect: DialectName }[] = [
  { version: '2.7.18', dialect: 'cpython-2.7' },
  { version: '3.6.15', dialect: 'cpython-3.6' },
  { version: '3.7.16', dialect: 'cpython-3.7' },
  { version: '3.8.18', dialect: 'cpython-3.8' },
  { version: '3.9.18', dialect: 'cpython-3.9' },
  { version: '3.10.13', dialect: 'cpython-3.10' },
  { version: '3.11.7', dialect: 'cpython-3.11' },
  { version: '3.12.1', dialect: 'cpython-3.12' },
  { version: '3.13.0', dialect: 'cpython-3.13' },
  { version: '3.13.5t GIL=0', dialect: 'cpython-3.13t' },
  { version: '3.13.5t GIL=1', dialect: 'cpython-3.13t-gil' },
];

/** The most updates that a run of a program lost, for each interpreter; 0: no run lost one. */
export const LOST = {
  global: [442769, 417542, 504680, 437617, 430484, 0, 0, 0, 0, 582450, 0],
  global_while: [406968, 370651, 558963, 343913, 466428, 0, 0, 0, 0, 567027, 0],
  attr: [441454, 506835, 451611, 452191, 410780, 0, 0, 0, 0, 486328, 0],
  slot: [450024, 392493, 460361, 489101, 399750, 0, 0, 0, 0, 373542, 0],
  item: [409559, 503945, 499580, 409242, 465900, 0, 0, 0, 0, 536867, 0],
  dict: [446997, 588216, 576855, 432544, 495254, 0, 0, 0, 0, 515317, 0],
  inc_fn: [305043, 364765, 461472, 343223, 361408, 0, 0, 0, 0, 486363, 0],
  pycall_between: [543414, 557643, 515666, 599657, 539555, 494609, 409731, 473561, 529707, 603668, 489428],
  plus_pycall: [578670, 545717, 613371, 554348, 528799, 531660, 376452, 497758, 459618, 544822, 488011],
  ccall_between: [565768, 541427, 561586, 536042, 513946, 552484, 455482, 538541, 552477, 593178, 549013],
  plus_int: [501601, 562117, 600000, 534534, 565221, 571004, 500703, 556017, 401017, 517593, 535621],
  len_between: [584575, 551867, 513968, 514618, 535320, 530642, 0, 0, 0, 560839, 548992],
  property: [480927, 490593, 495527, 471345, 528066, 513592, 493207, 454763, 457605, 472787, 458262],
  dunder_iadd: [596758, 569003, 541886, 545675, 570574, 582585, 575263, 564916, 503304, 609822, 561763],
  if_else_between: [557407, 501414, 451982, 465745, 570660, 370118, 0, 0, 0, 609573, 0],
  nested_loop_between: [561401, 527456, 495456, 472265, 506979, 464111, 532196, 519187, 473133, 574202, 511911],
} as const satisfies Record<string, readonly number[]>;
