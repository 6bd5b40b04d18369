import { isDeepStrictEqual } from 'node:util';
import type { LossSpec } from '../../engine/losses/losses.ts';
import type { FittedTarget } from '../../features/target.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import type { StoredNetwork } from '../stored/storedNetworks.ts';

/** Networks have a common loss only if they agree in this. */
export interface LossSetup {
  readonly target: FittedTarget;
  readonly loss: LossSpec;
  readonly classWeights: TrainingSpec['training']['classWeights'];
}

/** The loss that all networks minimized; null if they minimized different ones. */
export function commonLoss(networks: readonly Pick<StoredNetwork, 'description'>[]): LossSetup | null {
  const setups = networks.map(lossSetupOf);
  return setups.every((setup) => isDeepStrictEqual(setup, setups[0])) ? setups[0] : null;
}

/** A loss that gives every metric but the loss itself. */
export function defaultLossSetup(target: FittedTarget): LossSetup {
  return target.kind === 'classes'
    ? { target, loss: { type: 'crossEntropy' }, classWeights: null }
    : { target: { ...target, mean: 0, deviation: 1 }, loss: { type: 'mse' }, classWeights: null };
}

function lossSetupOf({
  description: { fittedTarget: target, loss, hyperparameters },
}: Pick<StoredNetwork, 'description'>): LossSetup {
  return { target, loss, classWeights: hyperparameters.training.classWeights };
}
