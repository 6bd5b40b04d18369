import { type FieldError, pointer } from '../../kit/contract/errors.ts';
import { countSnapshots } from '../ensemble/snapshots.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import { type EnsembleSpec, memberSpecs } from '../schemas/ensemble.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { estimateCost } from './cost.ts';
import { estimateMemory } from './memory.ts';
import { sizeIssues } from './sizeIssues.ts';

/** A float32 of a snapshot for each row: at most all rows are validation rows. */
const VALUE_BYTES = 4;

/** Upper estimate of the memory in bytes, with a member on each of `cores` cores. */
export function estimateEnsembleMemory(spec: EnsembleSpec, dataset: DatasetShape, cores: number): number {
  const members = memberSpecs(spec);
  const trainings = members.map((member) => estimateMemory(member, dataset)).toSorted((a, b) => b - a);
  return sum(trainings.slice(0, cores)) + sum(members.map((member) => snapshotBytes(member, dataset)));
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

function snapshotBytes(member: TrainingSpec, dataset: DatasetShape): number {
  const { modelBytes } = estimateCost(member, dataset);
  return countSnapshots(member.training.epochs) * (modelBytes + dataset.rows * VALUE_BYTES);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
