import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../src/engine/kernels/reference/reference.ts';
import { createOptimizer, type OptimizerSpec } from '../../src/engine/optimizers/optimizers.ts';

/**
 * A parameter of 1 after steps with these gradients. The optimizer's state follows it in the arena.
 */
function parameterAfter(spec: OptimizerSpec, gradients: readonly number[]): number {
  const kernels = createReferenceKernels({ numbers: 8, indices: 0 });
  const optimizer = createOptimizer(spec);
  kernels.values[0] = 1;
  gradients.forEach((gradient, step) => {
    kernels.values[1] = gradient;
    optimizer.update(
      kernels,
      { X: 0, dX: 1, state: [2, 3], count: 1, rateFactor: 1, weightDecay: optimizer.weightDecay },
      optimizer.learningRate,
      step + 1,
    );
  });
  return kernels.values[0];
}

/** Covers what the golden runs of PyTorch do not. */
describe('an optimizer', () => {
  it('lion steps by the sign of the smoothed gradient, with decoupled weight decay', () => {
    expect(parameterAfter({ type: 'lion', learningRate: 0.1 }, [5, 0.001, -100])).toBeCloseTo(1 - 0.1 - 0.1 + 0.1, 12);
    expect(parameterAfter({ type: 'lion', learningRate: 0.1, weightDecay: 0.5 }, [5])).toBeCloseTo(
      1 - 0.1 * (1 + 0.5),
      12,
    );
  });

  it('adagrad lowers its rate by its learning rate decay', () => {
    const spec: OptimizerSpec = { type: 'adagrad', learningRate: 0.1, learningRateDecay: 1, epsilon: 1e-30 };
    expect(parameterAfter(spec, [3, 4])).toBeCloseTo(1 - 0.1 - (0.1 / 2) * (4 / 5), 12);
  });

  it('sgd subtracts the rate times the gradient', () => {
    expect(parameterAfter({ type: 'sgd', learningRate: 0.1 }, [2, -1])).toBeCloseTo(1 - 0.1 * 2 + 0.1 * 1, 12);
  });

  it('adam moves a parameter by its rate in the first step, for any gradient', () => {
    expect(parameterAfter({ type: 'adam', learningRate: 0.1 }, [1e-3])).toBeCloseTo(0.9, 5);
    expect(parameterAfter({ type: 'adamw', learningRate: 0.1, weightDecay: 0 }, [1e3])).toBeCloseTo(0.9, 5);
  });
});
