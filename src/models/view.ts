import { describeInputs } from '../features/describe.ts';
import { completed, type Hyperparameters } from '../jobs/requestSchema.ts';
import { isoTime } from '../kit/clock.ts';
import type { ModelRow } from '../store/tables.ts';
import { type Description, readDescription } from './description.ts';
import { parameterCountOf } from './parameterCount.ts';
import type { Model } from './schemas.ts';
import type { ParameterShape } from './store.ts';

type Shape = [rows: number, columns: number];

/** A model as clients see it. */
export function toModel(row: ModelRow, parameters: readonly ParameterShape[], aliases: readonly string[]): Model {
  const { columns, features, fittedTarget, layers, metrics, best, hyperparameters, warnings } = readDescription(
    row.description,
  );
  const { id, name, jobId, datasetId, createdAt, task, target, sha256 } = row;
  const shapes = parameters.map(({ layer, name: parameter, shape }) => ({ layer, parameter, shape: readShape(shape) }));
  return {
    id,
    name,
    jobId,
    datasetId,
    createdAt: isoTime(createdAt),
    task,
    target,
    classes: fittedTarget.kind === 'classes' ? fittedTarget.classes : null,
    // The wire's type differs in that its lists may be written to.
    inputs: describeInputs(features, columns) as Model['inputs'],
    layers: layerTable(layers, shapes),
    parameterCount: parameterCountOf(parameters),
    metrics,
    best,
    // Written from the request of the job, of that type.
    hyperparameters: completed(hyperparameters as Hyperparameters),
    sha256,
    aliases: [...aliases],
    warnings,
  };
}

interface ShapeOfParameter {
  readonly layer: number;
  readonly parameter: string;
  readonly shape: Shape;
}

function layerTable(layers: Description['layers'], parameters: readonly ShapeOfParameter[]): Model['layers'] {
  const byLayer = Map.groupBy(parameters, ({ layer }) => layer);
  return layers.map(({ units, activation, normalization, dropout }, index) => {
    const layer = index + 1;
    const shapes = (byLayer.get(layer) ?? []).map(({ parameter, shape }) => [parameter, shape] as const);
    return { layer, units, activation, normalization, dropout, shapes: Object.fromEntries(shapes) };
  });
}

/** The database's own text: `[rows, columns]`. */
export function readShape(shape: string): Shape {
  return JSON.parse(shape);
}
