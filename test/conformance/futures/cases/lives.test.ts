/**
 * The cases about the lives of pools and of their workers, see `cases.test.ts`: most of their time is the start of workers.
 */
import { describeCases } from './cases.js';
import { poolCases } from './pool-cases.js';

describeCases(poolCases);
