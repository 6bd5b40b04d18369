import type { LossSpec } from '../../../engine/losses/losses.ts';
import { LOSSES } from '../../../engine/losses/losses.ts';
import type { NetworkSpec } from '../../../engine/network/spec.ts';
import { completeLayers } from '../../../engine/network/spec.ts';
import { type FieldError, pointer, ServiceError } from '../../../kit/contract/errors.ts';
import { invalid, parseInput } from '../../../kit/contract/validation.ts';
import { engineLoss } from '../../losses.ts';
import { resolveLayer } from '../../resolve/network.ts';
import type { TraceAnswer } from '../../trace/answer.ts';
import { answerTrace } from '../../trace/trace.ts';
import { readGivenParameters } from './parameters.ts';
import { type NetworkTraceRequest, networkTraceRequest, type TracedLayerRequest } from './schemas.ts';

const FIELDS = { rows: 'X', targets: 'T', layers: 'show' } as const;

/**
 * One forward and backward pass of the network of the request. Throws ServiceError
 * `invalid_request` for malformed input, `invalid_network` for shapes and values that do not go
 * together, and `trace_too_large`.
 */
export async function traceRequestedNetwork(input: unknown): Promise<TraceAnswer> {
  const request = parseInput(networkTraceRequest, input);
  check(shapeErrors(request));
  const spec = networkOf(request);
  const loss = lossOf(request);
  try {
    completeLayers(spec);
    const { parameters, errors } = readGivenParameters(spec, request);
    check([...errors, ...targetErrors(request, loss)]);
    const given = { spec, loss, parameters, fields: FIELDS, names: null, member: null };
    const rows = { X: byExample(request.X), T: request.T && byExample(request.T), rows: request.X[0].length };
    return await answerTrace({ ...given, ...rows }, { ...request, layers: request.show });
  } catch (error) {
    throw error instanceof RangeError ? new ServiceError('invalid_network', error.message) : error;
  }
}

function check(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid('invalid_network', 'The network', errors);
}

/** Issues that prevent reading the shapes of the other fields. */
function shapeErrors({ X, T, layers, embedding }: NetworkTraceRequest): FieldError[] {
  return [
    ...raggedErrors('X', X, X[0].length),
    ...(T === null ? [] : raggedErrors('T', T, X[0].length)),
    ...layers.flatMap((layer, index) => unitsErrors(layer, index, layers.length)),
    ...(embedding?.columns.some((column) => column >= X.length)
      ? [{ path: '/embedding/columns', message: `Expected rows of X from 0 to ${X.length - 1}.` }]
      : []),
  ];
}

function raggedErrors(name: string, matrix: readonly (readonly number[])[], m: number): FieldError[] {
  if (m === 0) return [{ path: `/${name}/0`, message: 'Expected a number for each example, got none.' }];
  return matrix.flatMap((row, index) =>
    row.length === m
      ? []
      : [
          {
            path: pointer([name, index]),
            message: `Expected a number for each of the ${m} examples, got ${row.length}.`,
          },
        ],
  );
}

function unitsErrors({ units, W, dropout = 0 }: TracedLayerRequest, index: number, count: number): FieldError[] {
  const path = pointer(['layers', index]);
  if (index === count - 1 && dropout > 0)
    return [{ path: `${path}/dropout`, message: 'The output layer cannot have dropout. Remove it.' }];
  if (units === undefined && (W === undefined || W.length === 0))
    return [{ path: `${path}/units`, message: 'Missing: give `units`, or W with a row for each unit.' }];
  return [];
}

/** The network with every default filled in. */
function networkOf({ X, embedding, layers }: NetworkTraceRequest): NetworkSpec {
  const last = layers.length - 1;
  return {
    inputs: X.length,
    embedding,
    layers: layers.map(({ units, W, activation, initializer, normalization, dropout }, index) =>
      resolveLayer({
        units: units ?? W?.length ?? 0,
        activation: activation ?? (index === last ? 'linear' : 'relu'),
        initializer,
        normalization,
        dropout,
      }),
    ),
  };
}

function lossOf({ loss, labelSmoothing, classWeights }: NetworkTraceRequest): LossSpec {
  const spec = engineLoss({ loss, labelSmoothing });
  return spec.type === 'crossEntropy' ? { ...spec, classWeights } : spec;
}

function targetErrors({ T, layers, classWeights, labelSmoothing }: NetworkTraceRequest, loss: LossSpec): FieldError[] {
  const last = layers[layers.length - 1];
  const outputs = last.units ?? last.W?.length ?? 0;
  const rows = loss.type === 'crossEntropy' ? 1 : outputs;
  return [
    ...(classWeights !== null && loss.type !== 'crossEntropy'
      ? [
          {
            path: '/classWeights',
            message: `The loss ${loss.type} has no class weights. Remove them, or use crossEntropy.`,
          },
        ]
      : []),
    ...(classWeights !== null && loss.type === 'crossEntropy' && classWeights.length !== outputs
      ? [{ path: '/classWeights', message: `Expected ${outputs} class weights, got ${classWeights.length}.` }]
      : []),
    ...(labelSmoothing > 0 && !('labelSmoothing' in LOSSES[loss.type].options)
      ? [{ path: '/labelSmoothing', message: `The loss ${loss.type} has no label smoothing. Remove it.` }]
      : []),
    ...(T !== null && T.length !== rows
      ? [{ path: '/T', message: `Expected ${rows} rows of targets for the loss ${loss.type}, got ${T.length}.` }]
      : (T ?? []).flatMap((row, j) => row.flatMap((t, i) => valueErrors(t, ['T', j, i], loss, outputs)))),
  ];
}

function valueErrors(t: number, path: readonly PropertyKey[], loss: LossSpec, outputs: number): FieldError[] {
  const { minTarget } = LOSSES[loss.type];
  if (loss.type === 'crossEntropy' && !(Number.isInteger(t) && t >= 0 && t < outputs))
    return [{ path: pointer(path), message: `Expected a class index from 0 to ${outputs - 1}, got ${t}.` }];
  if (loss.type === 'binaryCrossEntropy' && !(t >= 0 && t <= 1))
    return [{ path: pointer(path), message: `Expected a target from 0 to 1, got ${t}.` }];
  if (minTarget !== null && t < minTarget)
    return [{ path: pointer(path), message: `Expected a target of at least ${minTarget}, got ${t}.` }];
  return [];
}

/** The numbers of a matrix (n, m), all n numbers of an example together. */
function byExample(matrix: readonly (readonly number[])[]): Float64Array {
  const n = matrix.length;
  return Float64Array.from({ length: n * matrix[0].length }, (_, e) => matrix[e % n][Math.floor(e / n)]);
}
