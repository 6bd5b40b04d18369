import { countElements, type ParameterSlot } from '../memory/parameters.ts';
import type { HiddenWeights, Optimizer } from './optimizer.ts';

type Shaped = Pick<ParameterSlot, 'kind' | 'layer' | 'shape'>;

/** W of every layer but the last, the first included with all its inputs. */
export function hiddenWeightsOf<Parameter extends Shaped>(parameters: readonly Parameter[]): readonly Parameter[] {
  const last = Math.max(...parameters.map(({ layer }) => layer));
  return parameters.filter(({ kind, layer }) => kind === 'weight' && layer < last);
}

/** What the updates of the hidden W as matrices cost. All are 0 where the optimizer has none. */
interface UpdateCost {
  /** Numbers of scratch memory, which one update after the other uses. */
  readonly scratch: number;
  /** Multiply-adds of a step. */
  readonly multiplyAdds: number;
  /** Multiply-adds of the largest product, which threads can share. */
  readonly largestProduct: number;
}

export function updateCostOf({ hiddenWeights }: Optimizer, parameters: readonly Shaped[]): UpdateCost {
  if (hiddenWeights === undefined) return { scratch: 0, multiplyAdds: 0, largestProduct: 0 };
  const each = (cost: keyof Pick<HiddenWeights, 'scratchNumbers' | 'multiplyAdds' | 'largestProduct'>) =>
    hiddenWeightsOf(parameters).map(({ shape: [n, ...inputs] }) => hiddenWeights[cost](n, countElements(inputs)));
  return {
    scratch: Math.max(0, ...each('scratchNumbers')),
    multiplyAdds: each('multiplyAdds').reduce((sum, count) => sum + count, 0),
    largestProduct: Math.max(0, ...each('largestProduct')),
  };
}
