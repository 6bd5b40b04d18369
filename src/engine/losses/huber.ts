import { define } from '../options.ts';
import { elementwise } from './elementwise.ts';

/** Squared within delta of the target, linear beyond: torch.nn.HuberLoss. */
export const huber = define({ delta: 1 }, ({ delta }) => {
  if (!(delta > 0)) throw new RangeError(`huber's delta must be above 0, not ${delta}`);
  return elementwise('huber', { parameter: delta });
});
