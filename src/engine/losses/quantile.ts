import { numberOption } from '../options.ts';
import { elementwise, REGRESSION } from './elementwise.ts';
import { defineLoss } from './loss.ts';

const OPTIONS = { level: numberOption(0.5, { above: 0, below: 1, description: 'The quantile to predict.' }) };

/**
 * Pinball loss, max(level (t - a), (level - 1)(t - a)): the quantile minimizes it (Koenker and
 * Bassett 1978).
 */
export const quantile = defineLoss(REGRESSION, OPTIONS, ({ level }) => elementwise('quantile', { parameter: level }));
