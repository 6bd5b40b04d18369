import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { CheckedRequest } from '../jobs/submission/check.ts';
import { previewSearch } from '../search/preview.ts';
import { applyParameters } from '../search/space/applyParameters.ts';
import type { Parameters } from '../search/space/space.ts';
import { estimateCost, type TrainingCost } from '../training/estimate/cost.ts';
import type { Calibration } from '../training/estimate/duration.ts';
import type { CheckedSweep } from './request/checkSweep.ts';
import { checkJob, type DryRunDeps } from './request/dryRun.ts';
import type { SweepSettings } from './request/schema.ts';
import { searchSettingsOf } from './request/settings.ts';
import type { SweepPreview } from './schemas.ts';
import { publicSettings } from './view.ts';

interface PreviewDeps extends DryRunDeps {
  /** The number of jobs that train in parallel. */
  readonly workers: number;
  /** The throughput of this machine for a dataset. */
  readonly measureThroughput: (datasetId: string) => Promise<Calibration>;
}

/** Estimates a sweep from its settings and its first trials. */
export async function previewSweep({ settings, sample }: CheckedSweep, deps: PreviewDeps): Promise<SweepPreview> {
  const { trials, first, maxEpochs, estimatedEpochs } = previewSearch(searchSettingsOf(settings));
  const epochs = { most: maxEpochs, expected: Math.round(estimatedEpochs ?? maxEpochs) };
  const cost = sample && (await meanCost(settings, sample, first, deps));
  const throughput = sample && (await deps.measureThroughput(sample.dataset.id));
  const parallel = Math.min(settings.parallel, deps.workers, trials);
  const bound = settings.maxSeconds ?? Number.POSITIVE_INFINITY;
  return {
    trials,
    epochs: cost && epochs,
    seconds: cost && throughput && Math.min(bound, secondsOf(cost, throughput, trials, epochs.expected) / parallel),
    measuredOn: throughput?.jobs ?? 0,
    bytes: cost && Math.round(trials * cost.modelBytes),
    first: first.map((parameters) => ({ ...parameters })),
    ...publicSettings(settings),
  };
}

/** The mean cost of the first trials. Trials with invalid jobs are left out. */
async function meanCost(
  { job, defaults }: SweepSettings,
  sample: CheckedRequest,
  first: readonly Parameters[],
  { findDataset, machine }: DryRunDeps,
): Promise<TrainingCost> {
  const costs: TrainingCost[] = [];
  for (const parameters of first) {
    // Each check takes a while; let other requests run.
    await yieldToEventLoop();
    const checkedJob = await checkJob(applyParameters(job ?? {}, parameters, defaults ?? {}), findDataset, machine);
    if ('checked' in checkedJob) costs.push(estimateCost(checkedJob.checked.spec, checkedJob.checked.shape));
  }
  if (costs.length === 0) return estimateCost(sample.spec, sample.shape);
  const meanOf = (part: (cost: TrainingCost) => number) =>
    costs.reduce((sum, cost) => sum + part(cost), 0) / costs.length;
  return {
    secondsPerEpoch: meanOf(({ secondsPerEpoch }) => secondsPerEpoch),
    secondsAround: meanOf(({ secondsAround }) => secondsAround),
    modelBytes: meanOf(({ modelBytes }) => modelBytes),
  };
}

function secondsOf(
  { secondsAround, secondsPerEpoch }: TrainingCost,
  throughput: Calibration,
  trials: number,
  epochs: number,
) {
  return trials * secondsAround * throughput.overhead + epochs * secondsPerEpoch * throughput.epochs;
}
