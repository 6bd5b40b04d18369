import { describe } from 'vitest';
import { PLAYERS } from '../players.ts';
import { conformInActivations } from './conformance/activations.ts';
import { conformInBfloat16 } from './conformance/bfloat16.ts';
import { conformElementwise } from './conformance/elementwise.ts';
import { conformInEveryCall } from './conformance/everyCall.ts';
import { conformInLosses } from './conformance/losses.ts';
import { conformInNormalization } from './conformance/normalization.ts';
import { conformInOneHot } from './conformance/oneHot.ts';
import { conformInOptimizers } from './conformance/optimizers.ts';
import { conformInProducts } from './conformance/products.ts';

/** The reference is what the others are compared with; `expectations.test.ts` holds it to what can be worked out by hand. */
const OTHERS = PLAYERS.filter(({ name }) => name !== 'reference');

describe.each(OTHERS)('the $name player', ({ createKernels }) => {
  describe('products', () => conformInProducts(createKernels));
  describe('one-hot products', () => conformInOneHot(createKernels));
  describe('products of bfloat16', () => conformInBfloat16(createKernels));
  describe('activations', () => conformInActivations(createKernels));
  describe('losses', () => conformInLosses(createKernels));
  describe('normalization', () => conformInNormalization(createKernels));
  describe('optimizers', () => conformInOptimizers(createKernels));
  describe('number by number', () => conformElementwise(createKernels));
  describe('every kernel', () => conformInEveryCall(createKernels));
});
