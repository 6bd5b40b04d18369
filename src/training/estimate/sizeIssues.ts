import type { FieldError } from '../../kit/contract/errors.ts';
import type { DatasetShape } from '../resolve/shape.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { estimateMemory } from './memory.ts';

/**
 * The issues of a training that needs more than `maxBytes` of memory: its need, and what would fit.
 * Empty when it fits.
 */
export function sizeIssues(spec: TrainingSpec, dataset: DatasetShape, maxBytes: number): readonly FieldError[] {
  const needed = estimateMemory(spec, dataset);
  if (needed <= maxBytes) return [];
  const why = `The training needs about ${megabytes(needed)} MB of memory; the limit of a job is ${megabytes(maxBytes)} MB`;
  const remedies = remediesFor(spec, dataset, maxBytes);
  if (remedies.length > 0) return remedies.map(({ path, remedy }) => ({ path, message: `${why}. ${remedy}.` }));
  const other = 'Use fewer rows or columns, or a service with more memory (--job-memory-bytes)';
  return [{ path: '/datasetId', message: `${why}, with any batch size and layers. ${other}.` }];
}

interface Remedy {
  readonly path: string;
  readonly remedy: string;
}

/** Changes of the request. Each one alone is enough. */
function remediesFor(spec: TrainingSpec, dataset: DatasetShape, maxBytes: number): readonly Remedy[] {
  const fits = (changed: TrainingSpec) => estimateMemory(changed, dataset) <= maxBytes;
  const { batchSize } = spec.training;
  const rows = largest(batchSize === 'full' ? dataset.rows : batchSize, (size) => fits(withBatchSize(spec, size)));
  const widest = Math.max(1, ...spec.network.layers.map((layer) => layer.units));
  const units = largest(widest, (maxUnits) => fits(withUnits(spec, maxUnits)));
  return [
    ...(rows ? [{ path: '/training/batchSize', remedy: `Use a batchSize of at most ${rows}` }] : []),
    ...(units ? [{ path: '/network/layers', remedy: `Use layers of at most ${units} units` }] : []),
  ];
}

/**
 * The largest integer below `above` that fits; 0 when none does. If a value fits, so do smaller
 * ones.
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
  return { ...spec, network: { ...spec.network, layers } };
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
