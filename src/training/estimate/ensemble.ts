import { type FieldError, pointer } from '../../kit/contract/errors.ts';
import { countSnapshots } from '../ensemble/snapshots.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import { type EnsembleSpec, memberSpecs } from '../schemas/ensemble.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { estimateCost } from './cost.ts';
import { estimateMemory, estimatePrepared } from './memory.ts';
import { sizeIssues } from './sizeIssues.ts';

/** A float32 of a snapshot for each row: at most all rows are validation rows. */
const VALUE_BYTES = 4;
/** A float64, when the folds of a snapshot are joined for a selection. */
const JOINED_BYTES = 8;

/** Upper estimate of the memory in bytes, with a member on each of `cores` cores. */
export function estimateEnsembleMemory(spec: EnsembleSpec, dataset: DatasetShape, cores: number): number {
  const members = memberSpecs(spec);
  const trainings = members.map((member) => estimateMemory(member, dataset)).toSorted((a, b) => b - a);
  const { folds } = spec.ensemble;
  const snapshots = members.map((member) => snapshotBytes(member, dataset, folds));
  return sum(trainings.slice(0, cores)) + sum(snapshots) + foldBytes(members, dataset, folds);
}

/** Upper estimate of the parameters of the model, in bytes. */
export function estimateEnsembleModel(spec: EnsembleSpec, dataset: DatasetShape): number {
  const largest = Math.max(...memberSpecs(spec).map((member) => estimateCost(member, dataset).modelBytes));
  return spec.ensemble.maxSelected * largest;
}

/** The issues of an ensemble that needs more memory than a job may use. Empty when it fits. */
export function ensembleSizeIssues(
  spec: EnsembleSpec,
  dataset: DatasetShape,
  { memoryBytes, cores }: { readonly memoryBytes: number; readonly cores: number },
): readonly FieldError[] {
  const ofMembers = memberSpecs(spec).flatMap((member, index) =>
    sizeIssues(member, dataset, memoryBytes).map(({ path, message }) => ({
      path: path === '/datasetId' ? path : `${pointer(['ensemble', 'members', index])}${path}`,
      message,
    })),
  );
  if (ofMembers.length > 0) return ofMembers;
  const needed = estimateEnsembleMemory(spec, dataset, cores);
  if (needed <= memoryBytes) return [];
  const message = `The ensemble needs about ${megabytes(needed)} MB of memory; the limit of a job is ${megabytes(memoryBytes)} MB. Use fewer members, smaller layers or fewer epochs.`;
  return [{ path: '/ensemble/members', message }];
}

function snapshotBytes(member: TrainingSpec, dataset: DatasetShape, folds: number | null): number {
  const { modelBytes } = estimateCost(member, dataset);
  const valueBytes = folds === null ? VALUE_BYTES : VALUE_BYTES + JOINED_BYTES;
  return countSnapshots(member.training.epochs) * (modelBytes * (folds ?? 1) + dataset.rows * valueBytes);
}

/** Each fold has its own prepared rows, for each kind of features. All stay until the selection. */
function foldBytes(members: readonly TrainingSpec[], dataset: DatasetShape, folds: number | null): number {
  if (folds === null) return 0;
  const kinds = new Map(members.map((member) => [JSON.stringify(member.features), member]));
  return folds * sum([...kinds.values()].map((member) => estimatePrepared(member, dataset)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
