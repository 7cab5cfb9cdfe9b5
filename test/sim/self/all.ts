/**
 * All rows of the table.
 */
import { lock } from './lock.js';
import { mutex } from './mutex.js';
import { others } from './others.js';
import { primitives } from './primitives.js';
import { queue } from './queue.js';
import type { Row } from './rows.js';

export type { Row } from './rows.js';

export const rows: readonly Row[] = [...lock, ...mutex, ...primitives, ...queue, ...others];
