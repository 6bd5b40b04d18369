import type { FieldError } from '../../kit/contract/errors.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { estimateMemory } from './memory.ts';

/**
 * What is wrong with a training that takes more memory than it may: what it takes, and what would
 * fit. None where it fits.
 */
export function sizeIssues(spec: TrainingSpec, dataset: DatasetShape, maxBytes: number): readonly FieldError[] {
  const needed = estimateMemory(spec, dataset);
  if (needed <= maxBytes) return [];
  const why = `The training needs about ${megabytes(needed)} MB of memory, and a job may take ${megabytes(maxBytes)} MB`;
  const remedies = remediesFor(spec, dataset, maxBytes);
  if (remedies.length > 0) return remedies.map(({ path, remedy }) => ({ path, message: `${why}: ${remedy}.` }));
  const other = 'use fewer rows or columns, or a service with more memory (--job-memory-bytes)';
  return [{ path: '/datasetId', message: `${why}, whatever its batches and layers: ${other}.` }];
}

interface Remedy {
  readonly path: string;
  readonly remedy: string;
}

/** Each change that is enough alone. */
function remediesFor(spec: TrainingSpec, dataset: DatasetShape, maxBytes: number): readonly Remedy[] {
  const fits = (changed: TrainingSpec) => estimateMemory(changed, dataset) <= maxBytes;
  const { batchSize } = spec.training;
  const rows = largest(batchSize === 'full' ? dataset.rows : batchSize, (size) => fits(withBatchSize(spec, size)));
  const widest = Math.max(1, ...spec.network.layers.map((layer) => layer.units));
  const units = largest(widest, (maxUnits) => fits(withUnits(spec, maxUnits)));
  return [
    ...(rows ? [{ path: '/training/batchSize', remedy: `a batchSize of ${rows} at most fits` }] : []),
    ...(units ? [{ path: '/network/layers', remedy: `layers of ${units} units at most fit` }] : []),
  ];
}

/**
 * The largest whole number below `above` that fits, where every smaller one fits too; 0 where none
 * does.
 */
function largest(above: number, fits: (value: number) => boolean): number {
  let [fitting, tooLarge] = [0, above];
  while (tooLarge - fitting > 1) {
    const middle = Math.floor((fitting + tooLarge) / 2);
    if (fits(middle)) fitting = middle;
    else tooLarge = middle;
  }
  return fitting;
}

function withBatchSize(spec: TrainingSpec, batchSize: number): TrainingSpec {
  return { ...spec, training: { ...spec.training, batchSize } };
}

function withUnits(spec: TrainingSpec, maxUnits: number): TrainingSpec {
  const layers = spec.network.layers.map((layer) => ({ ...layer, units: Math.min(layer.units, maxUnits) }));
  return { ...spec, network: { layers } };
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
