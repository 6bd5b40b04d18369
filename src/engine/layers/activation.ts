/**
 * The activation of layer l, for n units and m rows. Y is Z, or Z normalized.
 *
 * Forward:
 *   A (n, m) = g(Y). It overwrites Y where g' follows from A alone.
 * Backward:
 *   dY (n, m) = dA * g'(Y), in place of dA
 */
import { DERIVATIVE_FROM_OUTPUT } from '../kernels/kernels.ts';
import { elementwiseCost, IN_PLACE } from './layer.ts';
import type { CreateLayer } from './layerSpec.ts';

export const createActivation: CreateLayer = ({ units: n, activation }) => ({
  outputs: n,
  parameters: [],
  cost: elementwiseCost(n),
  minRows: 1,
  plan({ rows, isTraining, storesAll, allocate, gradient }, { X: Y, isOverwritable }) {
    const needsY = isTraining && (storesAll || !DERIVATIVE_FROM_OUTPUT.includes(activation));
    const A = isOverwritable && !needsY ? Y : allocate(n * rows);
    const dY = storesAll ? gradient(n * rows) : IN_PLACE;
    const isIdentity = activation === 'linear' && A === Y;
    return {
      output: A,
      isOverwritable: false,
      inputGradient: dY,
      activation: { activation, isIdentity, Y, A, dY },
      forward(kernels, Y, m) {
        if (isIdentity) return Y;
        kernels.activate(activation, A, Y, n * m);
        return A;
      },
      backward(kernels, dA, m) {
        const target = dY === IN_PLACE ? dA : dY;
        if (activation !== 'linear' || target !== dA) kernels.activationGradient(activation, target, dA, Y, A, n * m);
        return target;
      },
    };
  },
});
