import { createNetwork } from '../../../src/engine/network/network.ts';
import { decodeNumber } from '../../../src/features/target.ts';
import { layoutOf, transform } from '../../../src/features/transform.ts';
import type { Table } from '../../../src/formats/table.ts';
import { chooseKernels } from '../../../src/training/backend/kernels.ts';
import { trainMember } from '../../../src/training/ensemble/member.ts';
import { combineSnapshots, type EnsembleOutcome, type TrainedNetwork } from '../../../src/training/ensemble/outcome.ts';
import type { Snapshot } from '../../../src/training/ensemble/snapshots.ts';
import { prepare } from '../../../src/training/prepare.ts';
import { resolveEnsemble } from '../../../src/training/resolve/ensemble/resolveEnsemble.ts';
import { memberSpecs } from '../../../src/training/schemas/ensemble.ts';
import { specRequestSchema, type TrainingSpec } from '../../../src/training/schemas/spec.ts';
import { profileOf } from '../profile.ts';

const { createKernels } = chooseKernels('auto');
const BATCH_ROWS = 256;

/** Trains the default networks of `effort: "fast"` on the table, and selects among them. */
export function trainFast(table: Table, request: object): EnsembleOutcome {
  const job = { ...specRequestSchema.parse({ target: 'y', ...request }), effort: 'fast' as const };
  const { spec, errors } = resolveEnsemble(job, profileOf(table));
  if (spec === null) throw new Error(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const members = memberSpecs(spec).map((member, index) => trainOne(table, index + 1, member));
  return combineSnapshots(
    members.filter(({ snapshots }) => snapshots.length > 0),
    spec.ensemble.maxSelected,
    createKernels,
  );
}

function trainOne(table: Table, member: number, spec: TrainingSpec): TrainedNetwork {
  const prepared = prepare(table, spec);
  const snapshots: Snapshot[] = [];
  trainMember(prepared, {
    ...{ spec, createKernels, checkpoint: null, clock: () => 0 },
    control: {
      stopRequest: () => null,
      consumeCheckpointRequest: () => false,
      threads: () => 1,
      setStep() {},
    },
    onStart() {},
    onEpoch() {},
    onCheckpoint() {},
    onNetwork() {},
    onSnapshot: (snapshot) => snapshots.push(snapshot),
    allocate: (bytes) => new ArrayBuffer(bytes),
  });
  return { member, fold: null, spec, prepared, snapshots };
}

/** The mean predictions of the selected networks: numbers, or the probability of the last class. */
export function predictMean({ networks, target }: EnsembleOutcome, table: Table): Float64Array {
  const mean = new Float64Array(table.rows);
  for (const { features, embedding, layers, loss, parameters, weight } of networks) {
    const network = createNetwork(
      { ...layoutOf(features), embedding, layers },
      { batchSize: BATCH_ROWS, loss, createKernels },
    );
    network.writeParameters(parameters);
    const { X, codes } = transform(features, table);
    for (const [row, value] of network.predict(X, codes).entries())
      mean[row] += weight * (target.kind === 'number' ? decodeNumber(target, value) : value);
  }
  return mean;
}
