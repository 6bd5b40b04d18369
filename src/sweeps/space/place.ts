import type { JsonValue } from './parameter.ts';
import type { Parameters } from './space.ts';

/**
 * A job request with the values of a trial put at their paths, `training.batchSize` or `network.layers.0.units`; what is not there yet is
 * made. The request that is given is left as it is. Whether a path exists is for the schema of job requests to say.
 */
export function placeParameters(job: JsonValue, parameters: Parameters): JsonValue {
  return Object.entries(parameters).reduce((placed, [path, value]) => place(placed, path.split('.'), value), job);
}

function place(into: JsonValue, [key, ...rest]: readonly string[], value: JsonValue): JsonValue {
  const within = (old: JsonValue | undefined) => (rest.length === 0 ? value : place(old ?? {}, rest, value));
  if (Array.isArray(into) && isPlaceOf(into, key)) {
    const i = Number(key);
    return [...into.slice(0, i), within(into[i]), ...into.slice(i + 1)];
  }
  const fields = typeof into === 'object' && into !== null && !Array.isArray(into) ? into : {};
  return { ...fields, [key]: within(Object.hasOwn(fields, key) ? fields[key] : undefined) };
}

/** Of an element, or of the one to come after the last. */
function isPlaceOf(array: readonly JsonValue[], key: string): boolean {
  return /^(0|[1-9]\d*)$/.test(key) && Number(key) <= array.length;
}
