import { createHash } from 'node:crypto';
import { describeInputs } from '../../../features/describe.ts';
import { type EnsembleHyperparameters, networkHyperparameters } from '../../../jobs/submission/requestSchema.ts';
import { newId } from '../../../kit/ids.ts';
import type { Queries } from '../../../store/database/database.ts';
import type { EnsembleOutcome, SelectedNetwork } from '../../../training/ensemble/outcome.ts';
import type { TrainedJob } from '../../../worker/run/endJob.ts';
import { writeDescription } from '../description.ts';
import { writeEnsemble } from '../ensembleDescription.ts';
import { insertMember } from '../memberStore.ts';
import { modelSizeOf } from '../modelSize.ts';
import { insertModel, type StoredParameter } from '../modelStore.ts';
import { sharedColumns } from '../predictor/sharedColumns.ts';
import { insertSplit } from '../splitStore.ts';
import { writeSummary } from '../summary.ts';
import { assertModelQuota, datasetColumns, hashOf, toRows } from './newModel.ts';

/** The networks of an ensemble are measured together only. */
const NOT_MEASURED = { training: null, validation: null, test: null };

/**
 * Writes the model of a job that has trained an ensemble, as `saveModel` does. Each selected
 * network is a member.
 */
export async function saveEnsemble(
  queries: Queries,
  job: TrainedJob<EnsembleHyperparameters>,
  outcome: EnsembleOutcome,
  now: number,
): Promise<string> {
  const { id: jobId, project, name, datasetId, spec } = job;
  const { networks, target: fittedTarget, metrics, split, warnings } = outcome;
  const id = newId('mdl', now);
  const dataset = await datasetColumns(queries, datasetId);
  const stored = networks.map((network) => toRows(network.parameters));
  const snapshots = networks.map(snapshotOf);
  const size = modelSizeOf(networks);
  const shared = sharedColumns(networks.map(({ features }) => features));
  const description = writeEnsemble({
    ...{ version: 1, kind: 'ensemble', members: null, snapshots, ...size, metrics, warnings },
    classes: fittedTarget.kind === 'classes' ? fittedTarget.classes : null,
    inputs: describeInputs({ version: 1, columns: [...shared] }, dataset.columns),
  });
  const summary = writeSummary({ members: null, snapshots, ...size, metrics, best: null });
  const model = {
    ...{ id, project, name, jobId, datasetId, task: spec.task, target: spec.target, description, summary },
    ...{ sha256: hashOfMembers(stored), createdAt: now, splitId: split.id },
  };
  await insertSplit(queries, split);
  await insertModel(queries, model, []);
  const trained = networkHyperparameters(spec);
  for (const [index, { features, embedding, layers, loss, epoch, member, fold }] of networks.entries()) {
    const text = writeDescription({
      ...{ version: 1, ...dataset, features, fittedTarget, embedding, layers, loss, warnings },
      ...{ metrics: NOT_MEASURED, best: { epoch, validationLoss: null } },
      hyperparameters: trained.find((network) => network.member === member && network.fold === fold)?.hyperparameters,
    });
    await insertMember(queries, { ensembleId: id, member: index + 1, description: text }, stored[index]);
  }
  await assertModelQuota(queries, project, stored.flat());
  return id;
}

function snapshotOf({ member, fold, epoch, weight, score, temperature }: SelectedNetwork) {
  return { member, fold, epoch, weight, score, temperature };
}

/** As the hash of an ensemble of models. */
function hashOfMembers(members: readonly (readonly StoredParameter[])[]): string {
  const hash = createHash('sha256');
  for (const parameters of members) hash.update(`${hashOf(parameters)}\n`);
  return hash.digest('hex');
}
