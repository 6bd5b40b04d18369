import type { Backward, Forward, PlannedLayer } from '../layers/layer.ts';

/** The calls of a forward pass. A product and the activation after it are one call. */
export function planForward(chain: readonly PlannedLayer[]): readonly Forward[] {
  const calls: Forward[] = [];
  for (let i = 0; i < chain.length; i++) {
    const { product, forward } = chain[i];
    const next = chain[i + 1]?.activation;
    if (product !== undefined && next !== undefined && !next.isIdentity) {
      calls.push(product.forwardThrough(next));
      i += 1;
    } else calls.push(forward);
  }
  return calls;
}

/**
 * The calls of a backward pass, from the last layer to the first. A product and the activation
 * before it are one call.
 */
export function planBackward(chain: readonly PlannedLayer[]): readonly Backward[] {
  const calls: Backward[] = [];
  for (let i = chain.length - 1; i >= 0; i--) {
    const { product, backward } = chain[i];
    const before = chain[i - 1]?.activation;
    if (product !== undefined && before !== undefined && !before.isIdentity) {
      calls.push(product.backwardThrough(before));
      i -= 1;
    } else calls.push(backward);
  }
  return calls;
}
