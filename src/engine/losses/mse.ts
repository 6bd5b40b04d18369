import { elementwise, REGRESSION } from './elementwise.ts';
import { defineLoss } from './loss.ts';

/** Mean squared error, (a - t)²: torch.nn.MSELoss. */
export const mse = defineLoss(REGRESSION, {}, () => elementwise('mse'));
