import { describeInputs } from '../features/describe.ts';
import { inputNames } from '../features/features.ts';
import { isoTime } from '../kit/clock.ts';
import type { ModelRow } from '../store/database/tables.ts';
import type { Model, ModelSummary } from './schemas.ts';
import type { ListedModelRow } from './store.ts';
import { type Description, readAnyDescription } from './stored/description.ts';
import type { EnsembleDescription } from './stored/ensembleDescription.ts';
import { modelSizeOf } from './stored/modelSize.ts';
import type { ParameterShape } from './stored/modelStore.ts';
import { readShape } from './stored/shapes.ts';
import { readSummary } from './stored/summary.ts';

/** What other tables have about a model. */
export interface ModelFacts {
  readonly aliases: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** A model as the API shows it. */
export function toModel(row: ModelRow, parameters: readonly ParameterShape[], facts: ModelFacts): Model {
  const description = readAnyDescription(row.description);
  return {
    ...ofRow(row, facts),
    notes: row.notes,
    ...('members' in description ? ofEnsemble(description) : ofNetwork(description, parameters)),
    warnings: description.warnings,
  };
}

/** The same model as an item of a list. */
export function toModelSummary(row: ListedModelRow, facts: ModelFacts): ModelSummary {
  return { ...ofRow(row, facts), ...readSummary(row.summary) };
}

function ofRow(row: Omit<ListedModelRow, 'summary'>, { aliases, labels }: ModelFacts) {
  const { id, name, jobId, datasetId, createdAt, task, target, sha256 } = row;
  const tags = { aliases: [...aliases], labels };
  return { id, name, jobId, datasetId, createdAt: isoTime(createdAt), task, target, sha256, ...tags };
}

type Described = Pick<
  Model,
  | 'classes'
  | 'inputs'
  | 'members'
  | 'snapshots'
  | 'embedding'
  | 'layers'
  | 'parameterCount'
  | 'multiplyAddsPerRow'
  | 'metrics'
  | 'best'
  | 'hyperparameters'
>;

function ofNetwork(description: Description, parameters: readonly ParameterShape[]): Described {
  const { columns, features, fittedTarget, layers, metrics, best, hyperparameters } = description;
  return {
    classes: fittedTarget.kind === 'classes' ? fittedTarget.classes : null,
    // The schema's type only differs in its mutable lists.
    inputs: describeInputs(features, columns) as Model['inputs'],
    members: null,
    snapshots: null,
    embedding: embeddingTable(description, parameters),
    layers: layerTable(layers, parameters),
    ...modelSizeOf([description]),
    metrics,
    best,
    hyperparameters,
  };
}

function ofEnsemble(description: EnsembleDescription): Described {
  const { classes, inputs, members, snapshots, parameterCount, multiplyAddsPerRow, metrics } = description;
  const ofNetworks = { embedding: null, layers: [], best: null, hyperparameters: null };
  return { classes, inputs, members, snapshots, parameterCount, multiplyAddsPerRow, metrics, ...ofNetworks };
}

function embeddingTable(
  { embedding, features }: Description,
  parameters: readonly ParameterShape[],
): Model['embedding'] {
  if (embedding === null) return null;
  const { type, columns, width } = embedding;
  const names = inputNames(features);
  return { layer: 0, type, columns: columns.map((input) => names[input]), width, shapes: shapesOf(parameters, 0) };
}

function shapesOf(parameters: readonly ParameterShape[], layer: number): Readonly<Record<string, number[]>> {
  const ofLayer = parameters.filter((parameter) => parameter.layer === layer);
  return Object.fromEntries(ofLayer.map(({ name, shape }) => [name, readShape(shape)]));
}

function layerTable(layers: Description['layers'], parameters: readonly ParameterShape[]): Model['layers'] {
  return layers.map(({ units, activation, normalization, dropout }, index) => {
    const layer = index + 1;
    return { layer, units, activation, normalization, dropout, shapes: shapesOf(parameters, layer) };
  });
}
