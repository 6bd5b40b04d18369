import type { FieldError } from '../../kit/contract/errors.ts';
import type { Warning } from '../../kit/warning.ts';
import type { EmbeddingSettings } from '../schemas/network.ts';
import type { SpecRequest, TrainingSpec } from '../schemas/spec.ts';
import type { Split } from '../schemas/split.ts';
import { defaultLayers, defaultTraining } from './defaults.ts';
import { resolveEmbedding } from './embedding.ts';
import { type ResolvedFeatures, resolveFeatureOptions } from './features.ts';
import { collectIssues, type Issues } from './issues.ts';
import { resolveLayer } from './network.ts';
import { type DatasetShape, requireColumn } from './shape.ts';
import { dateSplitWarnings, resolveSplit } from './split.ts';
import { checkTarget, inferenceWarnings, inferTask } from './target.ts';
import { resolveTraining } from './training.ts';
import { unitWarnings } from './units.ts';
import { checkWeightColumn } from './weights.ts';

/** A spec that can run, or every issue of it. */
export type Resolution =
  | { readonly spec: TrainingSpec; readonly errors: readonly []; readonly warnings: readonly Warning[] }
  | { readonly spec: null; readonly errors: readonly FieldError[]; readonly warnings: readonly [] };

/**
 * Fills in all defaults and checks the request against the dataset's profile; reports all issues
 * with JSON pointers.
 */
export function resolveSpec(request: SpecRequest, dataset: DatasetShape): Resolution {
  const issues = collectIssues();
  if (dataset.rows < 2) issues.add('/datasetId', `Training needs at least two rows; the dataset has ${dataset.rows}.`);
  const column = requireColumn(dataset, request.target, '/target', issues);
  // Without a target, the rest is still checked as far as possible, so that the client sees all
  // issues at once.
  const target = column ?? { name: request.target, type: 'categorical', missing: 0, distinct: dataset.rows };
  const task = request.task ?? inferTask(target, dataset.rows);
  const taskIssues = column || request.task ? issues : collectIssues();
  if (column) checkTarget(column, task, dataset.rows, issues);

  const weightColumn = request.weightColumn ?? null;
  checkWeightColumn(weightColumn, dataset, issues);
  const split = resolveSplit(request.split, { task, dataset, types: request.features.types, issues });
  const roles = { target: target.name, weightColumn, split };
  checkRoles(roles, issues);
  const reserved = reservedColumns(roles);
  const isEmbedded = Boolean(request.network?.embedding);
  const features = resolveFeatureOptions(request.features, dataset, { reserved, isEmbedded }, issues);

  const rows = dataset.rows - target.missing;
  const embedding = resolveEmbedding(
    request.network?.embedding,
    { columns: features.numberColumns, rows: dataset.rows },
    issues,
  );
  const size = { rows, inputs: inputsOfLayer1(features, embedding), task, classes: target.distinct };
  const requested = request.network?.layers;
  const hidden = requested ?? defaultLayers(size, embedding?.type ?? null);
  const defaults = defaultTraining(size, hidden, requested === undefined);
  const layers = hidden.map(resolveLayer);
  const training = resolveTraining(
    request.training ?? {},
    defaults,
    { task, target, split, embedding, layers },
    taskIssues,
  );
  if (issues.errors.length > 0) return { spec: null, errors: issues.errors, warnings: [] };
  return {
    errors: [],
    warnings: [
      ...(request.task ? [] : inferenceWarnings(target, task)),
      ...dateSplitWarnings(request.split !== undefined, split),
      ...unitWarnings(dataset, [target.name, ...Object.keys(features.settings.types)]),
      ...features.warnings,
    ],
    spec: {
      target: target.name,
      task,
      features: features.settings,
      weightColumn,
      split,
      network: { embedding, layers },
      training,
    },
  };
}

/** How many inputs layer 1 has, about. */
function inputsOfLayer1({ inputs, numberColumns }: ResolvedFeatures, embedding: EmbeddingSettings | null): number {
  return embedding === null ? inputs : inputs + numberColumns * (embedding.width - 1);
}

type Roles = Pick<TrainingSpec, 'target' | 'weightColumn' | 'split'>;

/** The target must not also be the weight column or the split column. */
function checkRoles({ target, weightColumn, split }: Roles, issues: Issues): void {
  if (weightColumn === target)
    issues.add('/weightColumn', `'${target}' is the target, so it cannot contain the weights.`);
  if (splitColumnOf(split) === target)
    issues.add('/split/column', `'${target}' is the target, so it cannot define the split.`);
}

/** The column that defines the split, if one does. */
export function splitColumnOf(split: Split): string | undefined {
  return 'column' in split ? split.column : undefined;
}

/** The columns that are not features: target, weights, split. A column of times may be one. */
export function reservedColumns({ target, weightColumn, split }: Roles): string[] {
  const columns = [target];
  if (weightColumn !== null) columns.push(weightColumn);
  if (split.method === 'column' || split.method === 'group') columns.push(split.column);
  return columns;
}
