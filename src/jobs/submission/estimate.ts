import { estimateCost } from '../../training/estimate/cost.ts';
import { type Calibration, estimateDuration } from '../../training/estimate/duration.ts';
import { estimateEnsembleMemory, estimateEnsembleModel } from '../../training/estimate/ensemble.ts';
import { estimateMemory } from '../../training/estimate/memory.ts';
import { countParameters } from '../../training/estimate/networkOf.ts';
import type { DatasetShape } from '../../training/resolve/shape.ts';
import { ensembleNetworks } from '../../training/schemas/ensemble.ts';
import type { JobEstimate } from './previewSchema.ts';
import { isEnsemble, type JobHyperparameters } from './requestSchema.ts';
import type { Machine } from './threadWarnings.ts';

/** What a job costs if all its networks need all their epochs. */
export function estimateJob(
  job: JobHyperparameters,
  shape: DatasetShape,
  { coresOfJob: cores }: Pick<Machine, 'coresOfJob'>,
  calibration: Calibration,
): JobEstimate {
  const networks = isEnsemble(job) ? ensembleNetworks(job).map(({ spec }) => spec) : [job];
  const { cpuSeconds, seconds } = estimateDuration(networks, shape, { cores, calibration });
  return {
    cpuSeconds,
    seconds,
    cores,
    measuredOn: calibration.jobs,
    members: isEnsemble(job) ? job.ensemble.members.length : 1,
    parameters: networks.reduce((sum, network) => sum + countParameters(network, shape), 0),
    bytes: isEnsemble(job) ? estimateEnsembleModel(job, shape) : estimateCost(job, shape).modelBytes,
    memoryBytes: isEnsemble(job) ? estimateEnsembleMemory(job, shape, cores) : estimateMemory(job, shape),
  };
}
