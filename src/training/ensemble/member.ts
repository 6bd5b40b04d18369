import { type RunResult, runEpochs } from '../loop/epochs.ts';
import { type TrainOptions, withRun } from '../loop/train.ts';
import type { Allocate, Prepared } from '../prepare.ts';
import { type LayerTable, layerTable } from './layerTable.ts';
import { startAtClassShares } from './outputBias.ts';
import { makeSnapshot, type Snapshot, scoredRows, storesEpoch } from './snapshots.ts';

export interface MemberOptions extends Omit<TrainOptions, 'onEvaluated'> {
  /** Called before the training with the layers and the shapes of their parameters. */
  readonly onNetwork: (layers: LayerTable) => void;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  /** Allocates the memory of the snapshots. */
  readonly allocate: Allocate;
}

/**
 * Trains one network of an ensemble, and emits its snapshots. Null if it was cancelled or paused.
 * Throws as `trainPrepared` does, and `invalid_spec` if there are no validation rows.
 */
export function trainMember(prepared: Prepared, options: MemberOptions): RunResult | null {
  const { spec, allocate } = options;
  scoredRows(prepared, spec);
  return withRun(prepared, options, (run, network) => {
    options.onNetwork(layerTable(network, run.trainer.readParameters()));
    if (options.checkpoint === null) startAtClassShares(run.trainer, prepared, spec);
    return runEpochs(run, {
      ...options,
      onEvaluated(evaluated) {
        if (storesEpoch(evaluated.epoch, spec.training.epochs))
          options.onSnapshot(makeSnapshot(evaluated, prepared, spec, allocate));
      },
    });
  });
}
