import { memberHyperparameters } from '../../../jobs/submission/requestSchema.ts';
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
  const pinned = memberHyperparameters(spec).map((member) => pinColumns(member, dataset.columns));
  const restored = await checkpoints.members.restore(
    id,
    pinned.map((member) => member.spec),
  );
  const diverged = await queue.findDiverged(id);
  const members = pinned.map((member, index): Member => {
    const { checkpoint, snapshots, isFinished } = restored[index];
    const { epoch = 1, step = 0 } = checkpoint ?? {};
    return {
      ...{ ...member, member: index + 1, file, checkpoint, prepared: null },
      snapshots: [...snapshots],
      unsaved: [],
      progress: { plan: null, epoch: epoch - 1, step, isOver: isFinished || diverged.has(index + 1) },
    };
  });
  const left = members.filter(({ member }) => !diverged.has(member));
  const epochs = new Map(left.map(({ member, progress }) => [member, progress.epoch]));
  await queue.resetMembers(id, epochs);
  const done = [...epochs.values()];
  if (done.some((each) => each > 0)) log.info({ epochs: done }, 'job resumed from the checkpoints of its networks');
  return {
    members,
    warnings: [...diverged.values()].map((message) => ({ code: 'member_diverged', message })),
    planned: members.map((member) => {
      const { secondsPerEpoch } = estimateCost(member.spec, shape);
      return { epochs: member.spec.training.epochs, secondsPerEpoch };
    }),
  };
}
