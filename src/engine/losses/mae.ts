import { define } from '../options.ts';
import { elementwise } from './elementwise.ts';

/** Mean absolute error, |a - t|: torch.nn.L1Loss. */
export const mae = define({}, () => elementwise('mae'));
