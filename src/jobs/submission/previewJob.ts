import { fromJson } from '../../store/database/json.ts';
import type { Calibration } from '../../training/estimate/duration.ts';
import { trainingDimensions } from '../../training/networks/dimensions.ts';
import type { DatasetShape } from '../../training/resolve/shape.ts';
import { memberSpecs } from '../../training/schemas/ensemble.ts';
import { estimateJob } from './estimate.ts';
import type { NewJob } from './newJob.ts';
import type { JobPreview } from './previewSchema.ts';
import { isEnsemble, readJobHyperparameters } from './requestSchema.ts';
import type { Machine } from './threadWarnings.ts';

/** What a job would train, and its cost. */
export function previewJob(
  job: NewJob,
  shape: DatasetShape,
  { machine, calibration }: { readonly machine: Machine; readonly calibration: Calibration },
): JobPreview {
  const hyperparameters = readJobHyperparameters(job.request);
  const networks = isEnsemble(hyperparameters) ? memberSpecs(hyperparameters) : [hyperparameters];
  return {
    hyperparameters,
    estimate: estimateJob(hyperparameters, shape, machine, calibration),
    networks: networks.map((network) => trainingDimensions(network, shape)),
    warnings: fromJson(job.warnings),
  };
}
