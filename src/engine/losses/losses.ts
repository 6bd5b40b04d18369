import type { SpecOf } from '../options.ts';
import { binaryCrossEntropy } from './binaryCrossEntropy.ts';
import { crossEntropy } from './crossEntropy.ts';
import { huber } from './huber.ts';
import type { Loss } from './loss.ts';
import { mae } from './mae.ts';
import { mse } from './mse.ts';
import { poisson } from './poisson.ts';
import { quantile } from './quantile.ts';

/** Every loss by name. */
export const LOSSES = { mse, mae, huber, quantile, poisson, binaryCrossEntropy, crossEntropy };

export type LossName = keyof typeof LOSSES;

/** Their names in the order of the table. Object.keys forgets the names of a constant table. */
export const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

export type LossSpec = SpecOf<typeof LOSSES>;

/** Throws TypeError for an unknown option, RangeError for an invalid value. */
export function createLoss(spec: LossSpec): Loss {
  return LOSSES[spec.type].create(spec);
}
