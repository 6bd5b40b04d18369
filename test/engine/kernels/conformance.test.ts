import { describe } from 'vitest';
import { BACKENDS } from '../backends.ts';
import { conform } from './conformance/conform.ts';

/**
 * The others are compared with the reference; `expectations.test.ts` checks the reference by hand.
 */
const OTHERS = BACKENDS.filter(({ name }) => name !== 'reference');

describe.each(OTHERS)('the $name backend', ({ createKernels }) => conform(createKernels));
