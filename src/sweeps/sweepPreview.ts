import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pace } from '../jobs/pace.ts';
import type { CheckedRequest } from '../jobs/submission/check.ts';
import { previewSearch } from '../search/preview.ts';
import { placeParameters } from '../search/space/place.ts';
import type { Parameters } from '../search/space/space.ts';
import { estimateCost, type TrainingCost } from '../training/estimate/cost.ts';
import type { CheckedSweep } from './request/check.ts';
import { type ProbeParts, tryJob } from './request/probing.ts';
import type { SweepSettings } from './request/schema.ts';
import { searchSettingsOf } from './request/settings.ts';
import type { SweepPreview } from './schemas.ts';
import { shownSettings } from './view.ts';

interface PreviewParts extends ProbeParts {
  /** How many jobs train at once. */
  readonly workers: number;
  /** How long trainings on a dataset take here. */
  readonly paceOn: (datasetId: string) => Promise<Pace>;
}

/** What a sweep would do, by its settings and by the first of its trials. */
export async function previewOf({ settings, sample }: CheckedSweep, parts: PreviewParts): Promise<SweepPreview> {
  const { trials, first, mostEpochs, estimatedEpochs } = previewSearch(searchSettingsOf(settings));
  const epochs = { most: mostEpochs, expected: Math.round(estimatedEpochs ?? mostEpochs) };
  const cost = sample && (await meanCost(settings, sample, first, parts));
  const pace = sample && (await parts.paceOn(sample.dataset.id));
  const atOnce = Math.min(settings.parallel, parts.workers, trials);
  const bound = settings.maxSeconds ?? Number.POSITIVE_INFINITY;
  return {
    trials,
    epochs: cost && epochs,
    seconds: cost && pace && Math.min(bound, secondsOf(cost, pace, trials, epochs.expected) / atOnce),
    measuredOn: pace?.jobs ?? 0,
    bytes: cost && Math.round(trials * cost.modelBytes),
    first: first.map((parameters) => ({ ...parameters })),
    ...shownSettings(settings),
  };
}

/** Of the trials that are shown; those that no job can run cost nothing. */
async function meanCost(
  { job, usual }: SweepSettings,
  sample: CheckedRequest,
  first: readonly Parameters[],
  { findDataset, machine }: ProbeParts,
): Promise<TrainingCost> {
  const costs: TrainingCost[] = [];
  for (const parameters of first) {
    // Others are to be answered meanwhile.
    await nextTurn();
    const tried = await tryJob(placeParameters(job ?? {}, parameters, usual ?? {}), findDataset, machine);
    if ('checked' in tried) costs.push(estimateCost(tried.checked.spec, tried.checked.shape));
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

function secondsOf({ secondsAround, secondsPerEpoch }: TrainingCost, pace: Pace, trials: number, epochs: number) {
  return trials * secondsAround * pace.around + epochs * secondsPerEpoch * pace.epochs;
}
