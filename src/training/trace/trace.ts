import type { LossSpec } from '../../engine/losses/losses.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { type NetworkSize, sizeOf } from '../../engine/network/size.ts';
import { completeLayers } from '../../engine/network/spec.ts';
import type { GradientCheck, GradientCheckOptions } from '../../engine/trace/gradientCheck.ts';
import type { TraceInput } from '../../engine/trace/passes.ts';
import { createTrace, type LayerTrace, type Matrices, type Trace } from '../../engine/trace/trace.ts';
import { invalidRequest } from '../../kit/contract/validation.ts';
import type { TraceAnswer, TracedLayer, TracedMatrix } from './answer.ts';
import { type FormulaContext, formulasOf } from './formulas.ts';
import { checkAnswerSize, checkedParameters, checkTraceSize } from './limits.ts';
import type { Includable, TraceSettings } from './options.ts';

/** The rows to trace, and how the answer names them. */
export interface TracedRows extends Omit<TraceInput, 'mode' | 'seed'> {
  /** The names of the inputs; null: they have none. */
  readonly names: readonly string[] | null;
  /** The member of an ensemble, from 1; null: the network is not one. */
  readonly member: number | null;
  /** The fields of the request that have the inputs, the targets and the layers of the answer. */
  readonly fields: { readonly rows: string; readonly targets: string; readonly layers: string };
}

/**
 * One forward and backward pass of a network as the API shows it. Throws ServiceError
 * `trace_too_large`, and `invalid_request` for an update without targets or an unknown layer.
 * Throws RangeError as `createPasses`.
 */
export async function answerTrace(given: TracedRows, settings: TraceSettings): Promise<TraceAnswer> {
  const { mode, seed } = settings;
  const { spec, loss, rows, fields, names, member } = given;
  const size = sizeOf(spec);
  checkTraceSize(size, rows, fields.rows);
  checkSettings(given, settings);
  const checkOptions = checkOptionsOf(given, settings, size);
  const trace = createTrace({ ...given, mode, seed });
  const layers = completeLayers(spec);
  const context: FormulaContext = { layers, traces: trace.layers, mode, mean: meanOf(loss) };
  const shown = trace.layers.filter(({ layer }) => settings.layers?.includes(layer) ?? true);
  checkAnswerSize(countNumbers(trace, shown, settings), fields.layers);
  return {
    m: trace.m,
    mode,
    member,
    inputs: { names: names === null ? null : [...names], X: matrixJson(trace.X) },
    lossFunction: { ...loss },
    loss: finite(trace.loss),
    layers: shown.map((layer) => layerJson(context, layer, settings.include)),
    gradientCheck: checkOptions && checkJson(await trace.checkGradients(checkOptions)),
    update: updateJson(trace, settings),
  };
}

/** Null: no check. */
function checkOptionsOf(
  { T, rows }: TracedRows,
  { gradientCheck, seed }: TraceSettings,
  size: NetworkSize,
): GradientCheckOptions | null {
  if (gradientCheck === false || T === null) return null;
  const parameters = checkedParameters(gradientCheck.parameters, size, rows);
  return { epsilon: gradientCheck.epsilon, parameters, seed };
}

function checkSettings({ T, spec, fields }: TracedRows, { update, layers }: TraceSettings): void {
  if (update !== null && T === null)
    throw invalidRequest([{ path: '/update', message: `A step requires targets: add \`${fields.targets}\`.` }]);
  const first = spec.embedding ? 0 : 1;
  const stray = layers?.find((layer) => layer < first || layer > spec.layers.length);
  if (stray !== undefined) {
    const message = `Expected layers ${first} to ${spec.layers.length}, got ${stray}.`;
    throw invalidRequest([{ path: `/${fields.layers}`, message }]);
  }
}

/** With class weights, a mean divides by the weights of the examples. */
function meanOf(loss: LossSpec): string {
  return 'classWeights' in loss && loss.classWeights ? '(1/Σ class weights of the examples)' : '(1/m)';
}

function countNumbers({ X }: Trace, shown: readonly LayerTrace[], { include, update }: TraceSettings): number {
  const included = shown.flatMap((layer) => Object.values(includedOf(layer, include)));
  const updated = update === null ? [] : shown.flatMap(({ parameters }) => Object.values(parameters));
  return [X, ...included, ...updated].reduce((sum, { values }) => sum + values.length, 0);
}

function layerJson(context: FormulaContext, trace: LayerTrace, include: readonly Includable[]): TracedLayer {
  const { layer, passes } = trace;
  const included = includedOf(trace, include);
  const formulas = Object.entries(formulasOf(context, trace)).filter(([name]) => Object.hasOwn(included, name));
  return {
    layer,
    activation: layer === 0 ? null : context.layers[layer - 1].activation,
    formulas: Object.fromEntries(formulas),
    statistics: statisticsOf(layer === 0 ? passes.E : passes.A),
    ...matricesJson(included),
    // A type cannot exclude named fields from its index signature.
  } as TracedLayer;
}

function includedOf({ layer, passes, parameters, gradients }: LayerTrace, include: readonly Includable[]): Matrices {
  const all = Object.entries({ ...parameters, ...passes, ...gradients });
  return Object.fromEntries(all.filter(([name]) => include.includes(groupOf(layer, name))));
}

/** Matrices that follow another one in `include`. */
const FOLLOWS: Readonly<Record<string, Includable>> = { Y: 'Z', D: 'A', E: 'A', dE: 'dA', W: 'W', dW: 'dW' };

function groupOf(layer: number, name: string): Includable {
  if (name in FOLLOWS) return FOLLOWS[name];
  if (name === 'Z' || name === 'A' || name === 'dZ' || name === 'dA') return name;
  if (name.startsWith('d')) return layer === 0 ? 'dW' : 'db';
  return layer === 0 ? 'W' : 'b';
}

function statisticsOf({ values }: Matrix): TracedLayer['statistics'] {
  const numbers = Array.from(values);
  const sum = numbers.reduce((total, value) => total + value, 0);
  const zeros = numbers.filter((value) => value === 0).length;
  return { meanA: finite(sum / numbers.length), zeroShare: zeros / numbers.length };
}

function checkJson(gradientCheck: GradientCheck): TraceAnswer['gradientCheck'] {
  const { worst, largestRelativeError, norm } = gradientCheck;
  return {
    ...gradientCheck,
    largestRelativeError: finite(largestRelativeError),
    norm: finite(norm),
    worst: worst && { ...worst, analytic: finite(worst.analytic), numeric: finite(worst.numeric) },
  };
}

type UpdatedLayer = NonNullable<TraceAnswer['update']>['layers'][number];

function updateJson(trace: Trace, { update, layers }: TraceSettings): TraceAnswer['update'] {
  if (update === null) return null;
  const updated = trace.update(update.learningRate);
  const shown = updated.layers.filter(({ layer }) => layers?.includes(layer) ?? true);
  return {
    learningRate: update.learningRate,
    formula: 'W[l] := W[l] - alpha dW[l], b[l] := b[l] - alpha db[l]',
    lossAfter: finite(updated.lossAfter),
    layers: shown.map(({ layer, parameters }) => ({ layer, ...matricesJson(parameters) }) as UpdatedLayer),
  };
}

function matricesJson(matrices: Matrices): Record<string, TracedMatrix> {
  return Object.fromEntries(Object.entries(matrices).map(([name, matrix]) => [name, matrixJson(matrix)]));
}

function matrixJson({ shape: [rows, columns], values }: Matrix): TracedMatrix {
  const row = (j: number) => Array.from(values.subarray(j * columns, (j + 1) * columns), finite);
  return { shape: [rows, columns], values: Array.from({ length: rows }, (_, j) => row(j)) };
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
