import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';
import type { Arrangement } from '../arrangement.ts';
import { normals, uniforms } from '../numbers.ts';

/**
 * m rows, k inputs, n units, c codes an example, and the count of numbers of an elementwise kernel.
 */
export interface Sizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly c: number;
  readonly count: number;
}

/** The values of a matrix. */
export type Fill = (count: number, seed: number, sizes: Sizes) => number[];

/** Numbers of either sign. */
const signed: Fill = (count, seed) => normals(count, seed);
/** Means of squares and weights. */
export const positive: Fill = (count, seed) => uniforms(count, seed).map((x) => x + 0.1);

/** How many numbers a matrix has, and which where they are not of either sign. */
export type MatrixOf = readonly [count: (sizes: Sizes) => number, fill?: Fill];

/** A valid call of a kernel at any sizes, which the tests vary. */
export interface KernelCall<Name extends string = string> {
  readonly name: string;
  /** The sizes that are arguments of the kernel. */
  readonly sizeArguments: readonly (keyof Sizes)[];
  readonly matrices: Readonly<Record<Name, MatrixOf>>;
  readonly indices?: (sizes: Sizes) => number[];
  readonly writes: readonly NoInfer<Name>[];
  /** Matrices that may be `NONE`. */
  readonly mayBeAbsent?: readonly NoInfer<Name>[];
  /** [result, input]: the kernel may write the first in place of the second. */
  readonly inPlace?: readonly [NoInfer<Name>, NoInfer<Name>];
  /** Runs before the call, so that a matrix contains what the kernel expects. */
  readonly prepare?: Run<NoInfer<Name>>;
  readonly call: Run<NoInfer<Name>>;
}

/** `index` is the offset of the call's indices. */
type Run<Name extends string> = (
  kernels: Kernels,
  at: Readonly<Record<Name | 'index', number>>,
  sizes: Sizes,
) => unknown;

/**
 * For its types alone: checks each call's matrices under their own names, and returns them under
 * any.
 */
export function kernelCall<Name extends string>(call: KernelCall<Name>): KernelCall {
  return call;
}

/** The call with its matrices at these sizes. */
export function arrange(call: KernelCall, sizes: Sizes): Arrangement {
  const matrices = Object.entries(call.matrices).map(([name, [count, fill = signed]], i) => [
    name,
    fill(count(sizes), i + 1, sizes),
  ]);
  return {
    matrices: Object.fromEntries(matrices),
    indices: call.indices?.(sizes) ?? [],
    writes: call.writes,
    call: (kernels, at) => {
      call.prepare?.(kernels, { ...at, index: 0 }, sizes);
      return call.call(kernels, { ...at, index: 0 }, sizes);
    },
  };
}

/**
 * The same call with its result in place of its input; null for a kernel that does not allow it.
 */
export function arrangeInPlace(call: KernelCall, sizes: Sizes): Arrangement | null {
  if (call.inPlace === undefined) return null;
  const [result, input] = call.inPlace;
  const { matrices, writes, call: run, ...rest } = arrange(call, sizes);
  return {
    ...rest,
    matrices: Object.fromEntries(Object.entries(matrices).filter(([name]) => name !== result)),
    writes: writes.map((name) => (name === result ? input : name)),
    call: (kernels, at) => run(kernels, { ...at, [result]: at[input] }),
  };
}
