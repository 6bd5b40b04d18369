import { define } from '../options.ts';
import { elementwise } from './elementwise.ts';

/** Mean squared error, (a - t)²: torch.nn.MSELoss. */
export const mse = define({}, () => elementwise('mse'));
