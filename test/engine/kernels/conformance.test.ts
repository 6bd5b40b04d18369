import { describe } from 'vitest';
import { BACKENDS } from '../backends.ts';
import { conform } from './conformance/conform.ts';

/** The reference is what the others are compared with; `expectations.test.ts` holds it to what can be worked out by hand. */
const OTHERS = BACKENDS.filter(({ name }) => name !== 'reference');

describe.each(OTHERS)('the $name player', ({ createKernels }) => conform(createKernels));
