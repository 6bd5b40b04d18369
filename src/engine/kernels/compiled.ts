import { ACTIVATIONS, type Activation, type KernelFunctions, type Kernels, type KernelsName } from './kernels.ts';
import { ONE_THREAD, type Threads } from './oneThread.ts';
import { argumentsOf, KERNEL_NAMES, type KernelName } from './signatures.ts';

/**
 * A kernel of cpp/, with its arguments in the order of its signature. A flag may be a boolean,
 * which WebAssembly and typed arrays read as 0 or 1. The result of a kernel that returns nothing is
 * ignored.
 */
export type CompiledKernel = (...offsetsSizesAndNumbers: number[]) => number;

export type CompiledKernels = Readonly<Record<KernelName, CompiledKernel>>;

export type Arena = Pick<Kernels, 'values' | 'indices'>;

/** Compiled kernels know an activation by its index. */
const ACTIVATION_INDEX = Object.fromEntries(ACTIVATIONS.map((activation, index) => [activation, index])) as Readonly<
  Record<Activation, number>
>;

/** What a compiled backend consists of. */
export interface CompiledBackend {
  readonly name: KernelsName;
  readonly arena: Arena;
  readonly kernels: CompiledKernels;
  readonly threads?: Threads;
}

/**
 * A backend of the kernels compiled from cpp/. Its methods are those kernels, bound to its product
 * inputs.
 */
export function createCompiledBackend(
  backend: CompiledBackend,
  productInputs: Kernels['productInputs'] = 'float32',
): Kernels {
  const { name, arena, kernels, threads = ONE_THREAD } = backend;
  return {
    name,
    precision: 'float32',
    productInputs,
    withProductInputs: (inputs) => createCompiledBackend(backend, inputs),
    ...arena,
    ...threads,
    ...bindKernels(kernels, Number(productInputs === 'bfloat16')),
  };
}

function bindKernels(kernels: CompiledKernels, bfloat16: number): KernelFunctions {
  const bound = KERNEL_NAMES.map((kernel) => [kernel, bind(kernel, kernels[kernel], bfloat16)] as const);
  // Each function accepts the arguments of its signature, in the order in which the build compiled
  // it.
  return Object.fromEntries(bound) as unknown as KernelFunctions;
}

type Bound = (first: never, ...others: number[]) => number;

/**
 * The function that JavaScript calls: the compiled kernel itself, unless its signature starts with
 * the product inputs or an activation. Arguments have names because a rest parameter allocates an
 * array a call. Those that a kernel does not have are undefined, which compiled kernels ignore.
 */
function bind(name: KernelName, kernel: CompiledKernel, bfloat16: number): Bound {
  const [first, second] = argumentsOf(name).map(({ kind }) => kind);
  if (first === 'productInputs' && second === 'activation') {
    return (activation: Activation, a, b, c, d, e, f, g, h, i) =>
      kernel(bfloat16, ACTIVATION_INDEX[activation], a, b, c, d, e, f, g, h, i);
  }
  if (first === 'productInputs') {
    return (a: number, b, c, d, e, f, g) => kernel(bfloat16, a, b, c, d, e, f, g);
  }
  if (first === 'activation') {
    return (activation: Activation, a, b, c, d, e) => kernel(ACTIVATION_INDEX[activation], a, b, c, d, e);
  }
  return kernel;
}
