import { estimateDuration, type Speed } from '../../estimate/duration.ts';
import type { TrainingSpec } from '../../schemas/spec.ts';
import type { DatasetShape } from '../shape.ts';

/**
 * A further network is worth more than the second half of the epochs of the others: most networks
 * stop early in that half.
 */
const MIN_SHARE = 0.5;

/**
 * The first of the networks that fit into so many seconds, with as many of their epochs as fit, at
 * least half of them. The first network always remains, with at least one epoch.
 */
export function fitBudget(
  networks: readonly TrainingSpec[],
  seconds: number,
  dataset: DatasetShape,
  speed: Speed,
): readonly TrainingSpec[] {
  for (let count = networks.length; count > 1; count--) {
    const some = networks.slice(0, count);
    const share = fittingShare(some, seconds, dataset, speed);
    if (share >= MIN_SHARE) return some.map((network) => withShare(network, share));
  }
  const [first] = networks;
  return [withShare(first, fittingShare([first], seconds, dataset, speed))];
}

/** The part of the epochs that fits. The time of the epochs is proportional to it. */
function fittingShare(networks: readonly TrainingSpec[], budget: number, dataset: DatasetShape, speed: Speed): number {
  const { seconds, secondsAround } = estimateDuration(networks, dataset, speed);
  return Math.max(0, Math.min(1, (budget - secondsAround) / (seconds - secondsAround)));
}

function withShare(network: TrainingSpec, share: number): TrainingSpec {
  const epochs = Math.max(1, Math.floor(network.training.epochs * share));
  return { ...network, training: { ...network.training, epochs } };
}
