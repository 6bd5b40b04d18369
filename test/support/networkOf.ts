import type { Job } from '../../src/jobs/schemas.ts';
import { type Hyperparameters, isEnsemble } from '../../src/jobs/submission/requestSchema.ts';

/** The hyperparameters of a job that trains a single network. */
export function networkOf({ hyperparameters }: Pick<Job, 'hyperparameters'>): Hyperparameters {
  if (isEnsemble(hyperparameters)) throw new Error('The job trains an ensemble.');
  return hyperparameters;
}
