import type { KernelCall } from './call.ts';
import { ELEMENTWISE_CALLS } from './elementwise.ts';
import { EMBEDDING_CALLS } from './embeddings.ts';
import { LOSS_CALLS } from './losses.ts';
import { NORMALIZATION_CALLS } from './normalization.ts';
import { ONE_HOT_CALLS } from './oneHot.ts';
import { OPTIMIZER_CALLS } from './optimizers.ts';
import { PRODUCT_CALLS } from './products.ts';

/** Every kernel; those with optional matrices with and without them. */
export const CALLS: readonly KernelCall[] = [
  ...PRODUCT_CALLS,
  ...ONE_HOT_CALLS,
  ...EMBEDDING_CALLS,
  ...ELEMENTWISE_CALLS,
  ...LOSS_CALLS,
  ...NORMALIZATION_CALLS,
  ...OPTIMIZER_CALLS,
];
