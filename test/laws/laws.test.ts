/**
 * Every law on every driver, and the table of what held.
 */
import { describe, expect, it } from 'vitest';
import { exclusion } from './exclusion.js';
import { awaiting, blocking, mainFirst, mainSecond } from './factories.js';
import { requests } from './requests.js';
import { lawSuite } from './suite.js';
import { switching } from './switching.js';

const PROOFS = { ...exclusion, ...requests, ...switching };
for (const factory of [blocking, awaiting, mainFirst, mainSecond]) lawSuite(factory, PROOFS);
