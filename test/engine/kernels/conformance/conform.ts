import { setImmediate } from 'node:timers/promises';
import { afterEach, describe } from 'vitest';
import type { CreateKernels } from '../../../../src/engine/kernels/kernels.ts';
import { conformInActivations } from './activations.ts';
import { conformInBfloat16 } from './bfloat16.ts';
import { conformElementwise } from './elementwise.ts';
import { conformInEmbeddings } from './embeddings.ts';
import { conformInEveryCall } from './everyCall.ts';
import { conformWhenFused } from './fused.ts';
import { conformInGram } from './gram.ts';
import { conformInLosses } from './losses.ts';
import { conformInNormalization } from './normalization.ts';
import { conformInOneHot } from './oneHot.ts';
import { conformInOptimizers } from './optimizers.ts';
import { conformInProducts } from './products.ts';

/** Everything that a backend must compute as the reference does. */
export function conform(createKernels: CreateKernels): void {
  // Arenas of collected backends are unmapped between two tasks of the event loop. A process has at
  // most 65,530 mappings, and each arena two.
  afterEach(() => setImmediate());
  describe('products', () => conformInProducts(createKernels));
  describe('products with the own transpose', () => conformInGram(createKernels));
  describe('one-hot products', () => conformInOneHot(createKernels));
  describe('embeddings', () => conformInEmbeddings(createKernels));
  describe('products of bfloat16', () => conformInBfloat16(createKernels));
  describe('products with activations', () => conformWhenFused(createKernels));
  describe('activations', () => conformInActivations(createKernels));
  describe('losses', () => conformInLosses(createKernels));
  describe('normalization', () => conformInNormalization(createKernels));
  describe('optimizers', () => conformInOptimizers(createKernels));
  describe('elementwise', () => conformElementwise(createKernels));
  describe('every kernel', () => conformInEveryCall(createKernels));
}
