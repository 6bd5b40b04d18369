import { describe } from 'vitest';
import { PLAYERS } from '../players.ts';
import { conform } from './conformance/conform.ts';

/** The reference is what the others are compared with; `expectations.test.ts` holds it to what can be worked out by hand. */
const OTHERS = PLAYERS.filter(({ name }) => name !== 'reference');

describe.each(OTHERS)('the $name player', ({ createKernels }) => conform(createKernels));
