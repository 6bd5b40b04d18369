import type { Activation } from '../kernels/kernels.ts';
import type { Generator } from '../random.ts';

/** Draws one weight of a layer with `inputs` inputs and `units` units. */
type DrawWeight = (generator: Generator, inputs: number, units: number) => number;

/** He et al. 2015, for activations that silence half of their inputs: variance 2 / inputs. */
const heVariance = (inputs: number): number => 2 / inputs;
/** Glorot and Bengio 2010: variance 2 / (inputs + units). */
const xavierVariance = (inputs: number, units: number): number => 2 / (inputs + units);
/** LeCun et al. 1998: variance 1 / inputs. */
const lecunVariance = (inputs: number): number => 1 / inputs;
/** Of the bound 1/√inputs, PyTorch's default of a linear layer: variance 1 / (3 inputs). */
const fanInVariance = (inputs: number): number => 1 / (3 * inputs);

/**
 * Every initializer of W by name; the plain name draws from the normal distribution. Biases start
 * at 0, or are drawn by `drawBias`.
 */
export const INITIALIZERS = {
  zeros: () => 0,
  he: normal(heVariance),
  heNormal: normal(heVariance),
  heUniform: uniform(heVariance),
  xavier: normal(xavierVariance),
  xavierNormal: normal(xavierVariance),
  xavierUniform: uniform(xavierVariance),
  lecun: normal(lecunVariance),
  lecunNormal: normal(lecunVariance),
  lecunUniform: uniform(lecunVariance),
  fanInUniform: uniform(fanInVariance),
} satisfies Readonly<Record<string, DrawWeight>>;

export type InitializerName = keyof typeof INITIALIZERS;

/**
 * The initializer that was derived for each activation or, for the smooth kin of relu, for relu.
 */
const DEFAULT_INITIALIZER: Readonly<Record<Activation, InitializerName>> = {
  linear: 'xavier',
  relu: 'he',
  leakyRelu: 'he',
  sigmoid: 'xavier',
  tanh: 'xavier',
  gelu: 'he',
  silu: 'he',
  elu: 'he',
  selu: 'lecun',
  softplus: 'he',
  mish: 'he',
};

/** A bias of a layer that draws them: uniform in ±1/√inputs. */
export const drawBias = uniform(fanInVariance);

/** The initializer that a layer with this activation has unless it says otherwise. */
export function initializerFor(activation: Activation): InitializerName {
  return DEFAULT_INITIALIZER[activation];
}

function normal(variance: (inputs: number, units: number) => number): DrawWeight {
  return (generator, inputs, units) => Math.sqrt(variance(inputs, units)) * generator.normal();
}

/** Uniform in ±√(3 · variance), which has that variance. */
function uniform(variance: (inputs: number, units: number) => number): DrawWeight {
  return (generator, inputs, units) => Math.sqrt(3 * variance(inputs, units)) * (2 * generator.uniform() - 1);
}
