import { estimateCost, type TrainingCost } from '../jobs/cost.ts';
import { previewSearch } from './preview.ts';
import type { CheckedSweep } from './request/check.ts';
import { searchSettingsOf } from './request/settings.ts';
import type { SweepPreview } from './schemas.ts';
import { shownSettings } from './view.ts';

interface PreviewParts {
  /** How many jobs train at once. */
  readonly workers: number;
}

/** What a sweep would do, by its settings and by one of its trials. */
export function previewOf({ settings, sample }: CheckedSweep, { workers }: PreviewParts): SweepPreview {
  const { trials, first, mostEpochs, estimatedEpochs } = previewSearch(searchSettingsOf(settings));
  const epochs = { most: mostEpochs, expected: Math.round(estimatedEpochs ?? mostEpochs) };
  const cost = sample && estimateCost(sample.spec, sample.shape);
  const atOnce = Math.min(settings.parallel, workers, trials);
  const bound = settings.maxSeconds ?? Number.POSITIVE_INFINITY;
  return {
    trials,
    epochs: cost && epochs,
    seconds: cost && Math.min(bound, secondsOf(cost, trials, epochs.expected) / atOnce),
    bytes: cost && trials * cost.modelBytes,
    first: first.map((parameters) => ({ ...parameters })),
    ...shownSettings(settings),
  };
}

function secondsOf({ secondsAround, secondsPerEpoch }: TrainingCost, trials: number, epochs: number): number {
  return trials * secondsAround + epochs * secondsPerEpoch;
}
