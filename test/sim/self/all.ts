/**
 * All rows of the table.
 */
import { lock } from './lock.js';
import { mutex } from './mutex.js';
import type { Row } from './rows.js';

export const rows: readonly Row[] = [...lock, ...mutex];
