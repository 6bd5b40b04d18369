import type { Kernels } from '../kernels/kernels.ts';
import { elementwise, REGRESSION } from './elementwise.ts';
import { log } from './links.ts';
import { defineLoss } from './loss.ts';

/**
 * Poisson likelihood of counts from log rates, e^a - t a: torch.nn.PoissonNLLLoss with log_input.
 * Predictions are rates.
 */
export const poisson = defineLoss({ ...REGRESSION, link: log, minTarget: 0 }, {}, () =>
  elementwise('poisson', { predict: exponentials }),
);

function exponentials({ values }: Kernels, A: number, m: number, n: number): void {
  for (let e = A; e < A + m * n; e++) values[e] = Math.exp(values[e]);
}
