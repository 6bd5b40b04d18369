import type { JsonValue } from './parameter.ts';
import type { Parameters } from './space.ts';

/**
 * A job request with the values of a trial put at their paths, `training.batchSize` or `network.layers.0.units`. What is not there yet on the way is
 * taken from `usual`, what the job has by default: so a learning rate alone is that of the usual optimizer. The request that is given is left as it
 * is. Whether a path exists is for the schema of job requests to say.
 */
export function applyParameters(job: JsonValue, parameters: Parameters, defaults?: JsonValue): JsonValue {
  return Object.entries(parameters).reduce(
    (result, [path, value]) => setAtPath(result, path.split('.'), value, defaults),
    job,
  );
}

function setAtPath(
  into: JsonValue,
  [key, ...rest]: readonly string[],
  value: JsonValue,
  defaults: JsonValue | undefined,
): JsonValue {
  const childDefaults = childOf(defaults, key);
  const within = (old: JsonValue | undefined) =>
    rest.length === 0 ? value : setAtPath(old ?? initialValue(childDefaults), rest, value, childDefaults);
  if (Array.isArray(into) && isIndexOf(into, key)) {
    const i = Number(key);
    return [...into.slice(0, i), within(into[i]), ...into.slice(i + 1)];
  }
  const fields = typeof into === 'object' && into !== null && !Array.isArray(into) ? into : {};
  return { ...fields, [key]: within(childOf(fields, key)) };
}

/** Fields that say which others there are: these have defaults of their own, which may not fit another kind. */
const KINDS = ['type', 'method'];

/** Elements of a list say nothing by their default, so all of them are taken; of an object what kind it is. */
function initialValue(defaults: JsonValue | undefined): JsonValue {
  if (Array.isArray(defaults)) return defaults;
  const kinds = KINDS.map((key) => [key, childOf(defaults, key)] as const);
  return Object.fromEntries(kinds.flatMap(([key, kind]) => (kind === undefined ? [] : [[key, kind]])));
}

function childOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return isIndexOf(value, key) ? value[Number(key)] : undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Of an element, or of the one to come after the last. */
function isIndexOf(array: readonly JsonValue[], key: string): boolean {
  return /^(0|[1-9]\d*)$/.test(key) && Number(key) <= array.length;
}
