import type { Kernels } from '../../../../src/engine/kernels/kernels.ts';
import type { Arrangement } from '../arrangement.ts';
import { normals, uniforms } from '../numbers.ts';

/** m rows, k inputs, n units, c codes an example, and how many numbers an elementwise kernel goes over. */
export interface Sizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly c: number;
  readonly count: number;
}

/** What a matrix is filled with. */
export type Fill = (count: number, seed: number, sizes: Sizes) => number[];

/** Numbers of either sign. */
const signed: Fill = (count, seed) => normals(count, seed);
/** Means of squares and weights. */
export const positive: Fill = (count, seed) => uniforms(count, seed).map((x) => x + 0.1);

/** How many numbers a matrix has, and, where they are not of either sign, which. */
export type MatrixOf = readonly [count: (sizes: Sizes) => number, fill?: Fill];

/** A right call of a kernel at any sizes: what the tests vary. */
export interface KernelCall<Name extends string = string> {
  readonly name: string;
  /** Those of the sizes that are arguments of the kernel. */
  readonly takes: readonly (keyof Sizes)[];
  readonly matrices: Readonly<Record<Name, MatrixOf>>;
  readonly indices?: (sizes: Sizes) => number[];
  readonly writes: readonly NoInfer<Name>[];
  /** Matrices that may be NONE. */
  readonly mayBeAbsent?: readonly NoInfer<Name>[];
  /** [result, input]: the kernel may write the first where it reads the second. */
  readonly inPlace?: readonly [NoInfer<Name>, NoInfer<Name>];
  /** What has to be played before, so that a matrix holds what the kernel expects. */
  readonly prepare?: Play<NoInfer<Name>>;
  readonly call: Play<NoInfer<Name>>;
}

/** `index` is where the call's indices lie. */
type Play<Name extends string> = (
  kernels: Kernels,
  at: Readonly<Record<Name | 'index', number>>,
  sizes: Sizes,
) => unknown;

/** For its types alone: each call's matrices are checked under their own names, and kept under any. */
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

/** The same call with its result where its input lies; null for a kernel that does not allow it. */
export function arrangeInPlace(call: KernelCall, sizes: Sizes): Arrangement | null {
  if (call.inPlace === undefined) return null;
  const [result, input] = call.inPlace;
  const { matrices, writes, call: play, ...rest } = arrange(call, sizes);
  return {
    ...rest,
    matrices: Object.fromEntries(Object.entries(matrices).filter(([name]) => name !== result)),
    writes: writes.map((name) => (name === result ? input : name)),
    call: (kernels, at) => play(kernels, { ...at, [result]: at[input] }),
  };
}
