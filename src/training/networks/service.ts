import { minRowsOf } from '../../engine/layers/layers.ts';
import { dimensionsOf } from '../../engine/network/dimensions.ts';
import type { FieldError, ServiceError } from '../../kit/contract/errors.ts';
import { check, invalid, invalidRequest } from '../../kit/contract/validation.ts';
import { resolveLayer } from '../resolve/network.ts';
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
  const { inputs, batchSize, layers: parsed } = checked.data;
  const last = parsed.length - 1;
  const layers = parsed.map((layer, index) =>
    resolveLayer(index === last ? { ...layer, activation: layer.activation ?? 'linear' } : layer),
  );
  const dimensions = dimensionsOf({ inputs, layers }, batchSize);
  // The schema's type only differs in its mutable lists.
  return { inputs, batchSize, ...dimensions } as InspectResponse;
}

/** Values that exclude each other. */
function findConflicts({ layers, batchSize }: InspectRequest): FieldError[] {
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
