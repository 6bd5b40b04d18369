/**
 * Inverted dropout (Srivastava et al. 2014) with rate p, for n units and m rows.
 *
 * Forward, with a mask (n, m) of zeros and ones drawn for the step and layer:
 *   D (n, m) = A * mask / (1 - p) in training, A itself outside it
 * Backward, with the same mask, which is drawn again and not stored:
 *   dA (n, m) = dD * mask / (1 - p), in place of dD
 */
import { elementwiseCost, IN_PLACE, type TrainingStep } from './layer.ts';
import type { CreateLayer, LayerPosition } from './layerSpec.ts';

export const createDropout: CreateLayer = ({ units: n, dropout: rate }, position) => {
  if (rate === 0) return null;
  return {
    outputs: n,
    parameters: [],
    cost: elementwiseCost(n),
    minRows: 1,
    plan({ rows, isTraining, allocate }, { X }) {
      const D = isTraining ? allocate(n * rows) : X;
      return {
        output: D,
        isOverwritable: true,
        inputGradient: IN_PLACE,
        forward(kernels, A, m, step) {
          if (step === null) return A;
          kernels.dropout(D, A, n * m, rate, step.seed, maskCounter(step, position));
          return D;
        },
        backward(kernels, dA, m, _scale, step) {
          if (step === null) return dA;
          kernels.dropout(dA, dA, n * m, rate, step.seed, maskCounter(step, position));
          return dA;
        },
      };
    },
  };
};

/** The counter of layer l's mask. */
function maskCounter({ step }: TrainingStep, { layer, layers }: LayerPosition): number {
  return step * layers + layer;
}
