import { dropoutBits, dropoutThreshold } from '../../random.ts';
import type { Kernels } from '../kernels.ts';

/** Inverted dropout (Srivastava et al. 2014); seed and counter determine the mask. */
export function dropout(values: Float64Array): Pick<Kernels, 'dropout'> {
  return {
    dropout(target, source, count, rate, seed, counter) {
      const threshold = dropoutThreshold(rate);
      for (let e = 0; e < count; e++) {
        const isRetained = dropoutBits(seed, counter, e) >= threshold;
        values[target + e] = isRetained ? values[source + e] / (1 - rate) : 0;
      }
    },
  };
}
