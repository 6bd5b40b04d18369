import { NONE } from '../kernels/kernels.ts';
import { INITIALIZERS } from '../layers/initializers.ts';
import type { LayerPlan } from '../layers/layerPlan.ts';
import type { Numbers } from '../matrix.ts';
import type { Generator } from '../random.ts';
import type { Plan } from './plan.ts';
import type { CompleteLayer } from './spec.ts';

/** Draws the parameters a training starts from: W by each layer's initializer, b and beta 0, gamma and running variances 1. */
export function initialize(
  values: Numbers,
  { layers }: Plan,
  specs: readonly CompleteLayer[],
  generator: Generator,
): void {
  layers.forEach((layer, index) => {
    const draw = INITIALIZERS[specs[index].initializer];
    const end = layer.W + layer.n * layer.k;
    for (let e = layer.W; e < end; e++) values[e] = draw(generator, layer.k, layer.n);
    for (const ones of onesOf(layer)) values.fill(1, ones, ones + layer.n);
  });
}

function onesOf({ gamma, runningVariance }: LayerPlan): readonly number[] {
  return [gamma, runningVariance].filter((offset) => offset !== NONE);
}
