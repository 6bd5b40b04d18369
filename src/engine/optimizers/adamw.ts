import { define } from '../options.ts';
import { adam, adamOptimizer } from './adam.ts';

/** torch.optim.AdamW's default. */
const WEIGHT_DECAY = 0.01;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019), as torch.optim.AdamW. */
export const adamw = define({ ...adam.defaults, weightDecay: WEIGHT_DECAY }, (options) => adamOptimizer(options, true));
