import { describe } from 'vitest';
import { PLAYERS } from '../players.ts';
import { conformInActivations } from './conformance/activations.ts';
import { conformInProducts } from './conformance/products.ts';

describe.each(PLAYERS)('the $name player', ({ createKernels }) => {
  describe('products', () => conformInProducts(createKernels));
  describe('activations', () => conformInActivations(createKernels));
});
