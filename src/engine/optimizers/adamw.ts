import { define, numberOption } from '../options.ts';
import { ADAM_OPTIONS, adamOptimizer } from './adam.ts';
import { WEIGHT_DECAY } from './ranges.ts';

const OPTIONS = { ...ADAM_OPTIONS, weightDecay: numberOption(0.01, WEIGHT_DECAY) };

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019): torch.optim.AdamW. */
export const adamw = define(OPTIONS, (options) => adamOptimizer(options, true));
