import type { Activation, Kernels } from '../kernels.ts';
import { complementaryErrorFunction } from './errorFunction.ts';

interface ScalarFunction {
  /** g(z). */
  readonly value: (z: number) => number;
  /** g'(z), where a = g(z). */
  readonly derivative: (z: number, a: number) => number;
}

/** torch.nn.LeakyReLU's default slope. */
const LEAK = 0.01;
/** Klambauer et al. 2017, equation 14. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
/** Above it torch.nn.Softplus is the identity. */
const SOFTPLUS_THRESHOLD = 20;

const sigmoid = (z: number): number => (z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z)));
const softplus = (z: number): number => (z > SOFTPLUS_THRESHOLD ? z : Math.log1p(Math.exp(z)));
const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
const normalDistribution = (z: number): number => 0.5 * complementaryErrorFunction(-z / Math.SQRT2);

/**
 * Each activation as torch.nn defines it, with its defaults. GELU is exact, not the tanh
 * approximation.
 */
const SCALAR_ACTIVATIONS: Readonly<Record<Activation, ScalarFunction>> = {
  linear: { value: (z) => z, derivative: () => 1 },
  relu: { value: (z) => Math.max(z, 0), derivative: (z) => (z > 0 ? 1 : 0) },
  leakyRelu: { value: (z) => (z > 0 ? z : LEAK * z), derivative: (z) => (z > 0 ? 1 : LEAK) },
  sigmoid: { value: sigmoid, derivative: (_z, a) => a * (1 - a) },
  tanh: { value: Math.tanh, derivative: (_z, a) => 1 - a ** 2 },
  gelu: {
    value: (z) => z * normalDistribution(z),
    derivative: (z) => normalDistribution(z) + z * normalDensity(z),
  },
  silu: {
    value: (z) => z * sigmoid(z),
    derivative: (z) => sigmoid(z) * (1 + z * (1 - sigmoid(z))),
  },
  elu: { value: (z) => (z > 0 ? z : Math.expm1(z)), derivative: (z, a) => (z > 0 ? 1 : a + 1) },
  selu: {
    value: (z) => SELU_SCALE * (z > 0 ? z : SELU_ALPHA * Math.expm1(z)),
    derivative: (z, a) => (z > 0 ? SELU_SCALE : a + SELU_SCALE * SELU_ALPHA),
  },
  softplus: { value: softplus, derivative: (z) => (z > SOFTPLUS_THRESHOLD ? 1 : sigmoid(z)) },
  mish: {
    value: (z) => z * Math.tanh(softplus(z)),
    derivative: (z) => {
      const t = Math.tanh(softplus(z));
      // The limit at infinity is 1.
      return t === 1 ? 1 : t + z * (1 - t * t) * sigmoid(z);
    },
  },
};

/** The elementwise kernels of every activation. */
export function activations(values: Float64Array): Pick<Kernels, 'activate' | 'activationGradient'> {
  return {
    activate(activation, A, Z, count) {
      const { value } = SCALAR_ACTIVATIONS[activation];
      for (let e = 0; e < count; e++) values[A + e] = value(values[Z + e]);
    },

    activationGradient(activation, dZ, dA, Z, A, count) {
      const { derivative } = SCALAR_ACTIVATIONS[activation];
      for (let e = 0; e < count; e++) values[dZ + e] = values[dA + e] * derivative(values[Z + e], values[A + e]);
    },
  };
}
