import type { SpecOf } from '../options.ts';
import { adagrad } from './adagrad.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import type { ParameterGroup } from './groups.ts';
import { lion } from './lion.ts';
import { muon } from './muon.ts';
import type { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

/** Every optimizer by name. */
export const OPTIMIZERS = { sgd, rmsprop, adagrad, adam, adamw, lion, muon };

export type OptimizerSpec = SpecOf<typeof OPTIMIZERS> & {
  /** Parameters with a rate and a decay of their own. Default: none. */
  readonly groups?: readonly ParameterGroup[];
};

/** Throws TypeError for an unknown option, RangeError for an invalid value. */
export function createOptimizer({ groups: _, ...spec }: OptimizerSpec): Optimizer {
  return OPTIMIZERS[spec.type].create(spec);
}
