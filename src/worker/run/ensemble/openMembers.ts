import { networkHyperparameters } from '../../../jobs/submission/requestSchema.ts';
import { estimateCost } from '../../../training/estimate/cost.ts';
import { pinColumns } from '../../thread/columns.ts';
import type { Ensemble, EnsembleRunDeps, RunningEnsemble } from './ensemble.ts';
import type { Member } from './trainMember.ts';

/** The networks as their checkpoints left them; undefined when the dataset is gone. */
export async function openMembers(
  { findDataset, findFile, checkpoints, queue, log }: EnsembleRunDeps,
  { id, datasetId, spec }: RunningEnsemble,
): Promise<Pick<Ensemble, 'members' | 'planned' | 'warnings'> | undefined> {
  if (datasetId === null) return undefined;
  const [dataset, file] = [await findDataset(datasetId), await findFile(datasetId)];
  if (dataset === undefined || file === undefined) return undefined;
  const shape = { rows: dataset.rows ?? 0, columns: dataset.columns };
  const pinned = networkHyperparameters(spec).map(({ member, fold, hyperparameters }, index) => ({
    ...{ number: index + 1, member, fold, ...pinColumns(hyperparameters, dataset.columns) },
  }));
  const restored = await checkpoints.members.restore(
    id,
    pinned.map((member) => member.spec),
  );
  const diverged = await queue.findDiverged(id, spec.ensemble.folds ?? 1);
  const members = pinned.map((member, index): Member => {
    const { checkpoint, snapshots, isFinished } = restored[index];
    const { epoch = 1, step = 0 } = checkpoint ?? {};
    return {
      ...{ ...member, file, checkpoint, prepared: null },
      snapshots: [...snapshots],
      unsaved: [],
      progress: { plan: null, epoch: epoch - 1, step, isOver: isFinished || diverged.has(member.number) },
    };
  });
  const left = members.filter(({ number }) => !diverged.has(number));
  const epochs = new Map(left.map(({ number, progress }) => [number, progress.epoch]));
  await queue.resetMembers(id, epochs);
  const done = [...epochs.values()];
  if (done.some((each) => each > 0)) log.info({ epochs: done }, 'job resumed from the checkpoints of its networks');
  return {
    members,
    warnings: [...new Set(diverged.values())].map((message) => ({ code: 'member_diverged', message })),
    planned: members.map((member) => {
      const { secondsPerEpoch } = estimateCost(member.spec, shape);
      return { epochs: member.spec.training.epochs, secondsPerEpoch };
    }),
  };
}
