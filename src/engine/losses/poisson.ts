import type { Kernels } from '../kernels/kernels.ts';
import { define } from '../options.ts';
import { elementwise } from './elementwise.ts';

/** Poisson likelihood of counts from log rates, e^a - t a: torch.nn.PoissonNLLLoss with log_input. Predictions are rates. */
export const poisson = define({}, () => elementwise('poisson', { predict: exponentials }));

function exponentials({ values }: Kernels, A: number, m: number, n: number): void {
  for (let e = A; e < A + m * n; e++) values[e] = Math.exp(values[e]);
}
