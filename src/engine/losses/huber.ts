import { numberOption } from '../options.ts';
import { elementwise, REGRESSION } from './elementwise.ts';
import { defineLoss } from './loss.ts';

const OPTIONS = {
  delta: numberOption(1, {
    above: 0,
    max: 1e6,
    description: 'Where squared becomes linear, in standard deviations of the target.',
  }),
};

/** Squared within delta of the target, linear beyond: torch.nn.HuberLoss. */
export const huber = defineLoss(REGRESSION, OPTIONS, ({ delta }) => elementwise('huber', { parameter: delta }));
