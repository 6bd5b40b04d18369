import type { Kernels } from '../kernels.ts';

type UnfusedKernels = Pick<Kernels, 'affine' | 'inputGradient' | 'activate' | 'activationGradient'>;

/** The fused kernels: here, one operation after the other. */
export function fused(kernels: UnfusedKernels): Pick<Kernels, 'affineActivate' | 'inputGradientThrough'> {
  return {
    affineActivate(activation, A, Z, W, X, b, m, k, n) {
      kernels.affine(Z, W, X, b, m, k, n);
      kernels.activate(activation, A, Z, n * m);
    },

    inputGradientThrough(activation, dY, dA, W, dZ, Y, A, m, k, n) {
      kernels.inputGradient(dA, W, dZ, m, k, n);
      kernels.activationGradient(activation, dY, dA, Y, A, k * m);
    },
  };
}
