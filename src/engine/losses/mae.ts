import { elementwise, REGRESSION } from './elementwise.ts';
import { defineLoss } from './loss.ts';

/** Mean absolute error, |a - t|: torch.nn.L1Loss. */
export const mae = defineLoss(REGRESSION, {}, () => elementwise('mae'));
