import type { EmbeddingSpec } from '../../engine/layers/embedding/embedding.ts';
import { minRowsOf } from '../../engine/layers/layers.ts';
import { dimensionsOf } from '../../engine/network/dimensions.ts';
import type { NetworkSpec } from '../../engine/network/spec.ts';
import type { FieldError, ServiceError } from '../../kit/contract/errors.ts';
import { check, invalid, invalidRequest } from '../../kit/contract/validation.ts';
import { completeEmbedding, sizeConflicts, sizedEmbedding } from '../resolve/embedding.ts';
import { resolveLayer } from '../resolve/network.ts';
import { optimizerErrors, resolveOptimizer } from '../resolve/optimizer.ts';
import { type InspectRequest, type InspectResponse, inspectRequest } from './schemas.ts';

/** Issues of a well-formed value that no network can have. */
const IMPOSSIBLE = new Set(['too_small', 'too_big', 'invalid_value']);

/**
 * The dimension table of a network. Throws ServiceError `invalid_network`, which names the layer of
 * every impossible value, and `invalid_request` if the input is malformed.
 */
export function inspectNetwork(input: unknown): InspectResponse {
  const checked = check(inspectRequest, input);
  if (!checked.ok) {
    const errors = checked.errors.map(nameLayer);
    throw checked.issues.every(({ code }) => IMPOSSIBLE.has(code)) ? invalidNetwork(errors) : invalidRequest(errors);
  }
  const errors = findConflicts(checked.data);
  if (errors.length > 0) throw invalidNetwork(errors);
  const { inputs, batchSize, averaging } = checked.data;
  const optimizer = resolveOptimizer(checked.data.optimizer);
  const dimensions = dimensionsOf(networkOf(checked.data), batchSize, { optimizer, averaging });
  // The schema's type only differs in its mutable lists.
  return { inputs, batchSize, ...dimensions } as InspectResponse;
}

/** The network with every default filled in. */
function networkOf({ inputs, embedding, layers }: InspectRequest): NetworkSpec {
  const last = layers.length - 1;
  return {
    inputs,
    embedding: embeddingOf(embedding, inputs),
    layers: layers.map((layer, index) =>
      resolveLayer(index === last ? { ...layer, activation: layer.activation ?? 'linear' } : layer),
    ),
  };
}

/** Of the first inputs. Bins are as many as those of a large table. */
function embeddingOf(request: InspectRequest['embedding'], inputs: number): EmbeddingSpec | null {
  if (request === null) return null;
  const { columns = inputs, ...settings } = request;
  return sizedEmbedding(completeEmbedding(settings, { columns, rows: Infinity }), columns);
}

/** Values that exclude each other. */
function findConflicts(request: InspectRequest): FieldError[] {
  const conflicts = [...embeddingConflicts(request), ...layerConflicts(request)];
  if (conflicts.length > 0) return conflicts;
  return optimizerErrors(resolveOptimizer(request.optimizer), networkOf(request)).map(({ path, message }) => ({
    path: `/optimizer${path}`,
    message,
  }));
}

function embeddingConflicts({ embedding, inputs }: InspectRequest): readonly FieldError[] {
  if (embedding === null) return [];
  const { columns = inputs, ...settings } = embedding;
  if (columns > inputs)
    return [{ path: '/embedding/columns', message: `Expected at most the ${inputs} inputs, got ${columns}.` }];
  return sizeConflicts(completeEmbedding(settings, { columns, rows: Infinity }), columns, '/embedding');
}

function layerConflicts({ layers, batchSize }: InspectRequest): FieldError[] {
  const last = layers.length - 1;
  return layers.flatMap((layer, index) => {
    const resolved = resolveLayer(layer);
    const { dropout } = resolved;
    const minRows = minRowsOf(resolved);
    return [
      ...(index === last && dropout > 0
        ? [{ path: `/layers/${index}/dropout`, message: 'The output layer cannot have dropout. Remove it.' }]
        : []),
      ...(batchSize < minRows
        ? [
            {
              path: `/layers/${index}/normalization`,
              message: `Expected a batchSize of at least ${minRows}, got ${batchSize}.`,
            },
          ]
        : []),
    ].map(nameLayer);
  });
}

function nameLayer({ path, message }: FieldError): FieldError {
  const index = /^\/layers\/(\d+)/.exec(path)?.[1];
  return { path, message: index === undefined ? message : `Layer ${Number(index) + 1}: ${message}` };
}

function invalidNetwork(errors: readonly FieldError[]): ServiceError {
  return invalid('invalid_network', 'The network', errors);
}
