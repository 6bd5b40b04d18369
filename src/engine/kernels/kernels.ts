/**
 * The kernels: the arithmetic of the engine, one call for each line of the notes. `signatures.ts`
 * declares and documents each kernel.
 *
 * A matrix argument is an offset, in numbers, into the arena `values`; indices and codes are
 * offsets into `indices`. Kernels allocate nothing. The caller plans the arena and passes valid
 * sizes and offsets; the native backend checks them and throws RangeError.
 *
 * Layout: A, Z, dA, dZ store the values of one example together: element (unit j, example i) is at
 * i * n + j. W and dW store the weights of one input together: element (unit j, input i) is at i *
 * n + j, so that a row of W is a vector over the units. Outside the engine W has the notes' shape
 * (n, k).
 */
import type { ELEMENTWISE_LOSSES, SIGNATURES, Signature } from './signatures.ts';

export type KernelsName = 'reference' | 'wasm' | 'native';
type Precision = 'float64' | 'float32';

/**
 * Precision of the inputs of a layer's three products (affine, weightGradient, inputGradient): the
 * matrices as they are, or each number rounded to bfloat16 (`reference/bfloat16.ts`), which has 8
 * of float32's 24 bits. Sums, bias and results have the backend's own precision either way.
 */
export const PRODUCT_INPUTS = ['float32', 'bfloat16'] as const;
export type ProductInputs = (typeof PRODUCT_INPUTS)[number];

/** Every activation g by name. `docs/adding.md` lists what a new one needs. */
export const ACTIVATIONS = [
  'linear',
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'gelu',
  'silu',
  'elu',
  'selu',
  'softplus',
  'mish',
] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/**
 * Activations whose g'(Z) follows from A = g(Z) alone: the backward pass may get A in place of Z.
 */
export const DERIVATIVE_FROM_OUTPUT: readonly Activation[] = [
  'linear',
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'elu',
  'selu',
];

/** A loss that compares each output with its own target. */
export type ElementwiseLoss = keyof typeof ELEMENTWISE_LOSSES;

/** The offset of an absent matrix: no row weights, no class weights. */
export const NONE = -1;

export interface ArenaSize {
  /** Numbers in `values`. */
  readonly numbers: number;
  /** Integers in `indices`. */
  readonly indices: number;
}

/**
 * Creates a backend with its own arena, zeroed. Throws RangeError when the memory is not available.
 */
export type CreateKernels = (size: ArenaSize) => Kernels;

/** The JavaScript value of an argument: offsets, sizes and numbers are all numbers. */
type ValueOf<Argument> = Argument extends `${string}: flag`
  ? boolean
  : Argument extends `${string}: activation`
    ? Activation
    : number;

/**
 * The arguments of a call. The backend adds its product inputs, and a result is not an argument.
 */
type ArgumentsOf<Rest extends Signature> = Rest extends readonly [infer First, ...infer Others extends Signature]
  ? First extends `${string}: productInputs` | 'returns: number'
    ? ArgumentsOf<Others>
    : [ValueOf<First>, ...ArgumentsOf<Others>]
  : [];

type KernelFunction<Whole extends Signature> = 'returns: number' extends Whole[number]
  ? (...values: ArgumentsOf<Whole>) => number
  : (...values: ArgumentsOf<Whole>) => void;

/** Every kernel as a function. */
export type KernelFunctions = {
  readonly [Name in keyof typeof SIGNATURES]: KernelFunction<(typeof SIGNATURES)[Name]>;
};

export interface Kernels extends KernelFunctions {
  readonly name: KernelsName;
  readonly precision: Precision;
  /** A new backend has float32. */
  readonly productInputs: ProductInputs;
  /** The same backend over the same arena, with other product inputs. */
  withProductInputs(inputs: ProductInputs): Kernels;
  readonly values: Float64Array | Float32Array;
  readonly indices: Int32Array;

  /** Threads that the backend can use, the caller's included; 1 where it runs on that one alone. */
  readonly maxThreads: number;
  /**
   * Sets how many threads run the kernels, the caller's included; 1 in a new backend. The results
   * have the same bits with any number. Throws RangeError above `maxThreads`.
   */
  setThreads(count: number): void;
}
