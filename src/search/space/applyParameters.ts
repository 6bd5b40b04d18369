import type { JsonValue } from './parameter.ts';
import type { Parameters } from './space.ts';

/**
 * A copy of a job request with the values of a trial at their paths, such as `training.batchSize`
 * or `network.layers.0.units`. Missing parents are created from `defaults`, the default settings of
 * the job: so a learning rate alone applies to the default optimizer. Does not check whether a path
 * exists; the schema of job requests does.
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

/**
 * Discriminator fields. The other fields depend on their value, so only these are copied from the
 * defaults.
 */
const KINDS = ['type', 'method'];

/**
 * The initial value of a missing parent: a whole list, because its elements have no defaults; of an
 * object its discriminator.
 */
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

/** Whether the key is the index of an element, or of the next one after the last. */
function isIndexOf(array: readonly JsonValue[], key: string): boolean {
  return /^(0|[1-9]\d*)$/.test(key) && Number(key) <= array.length;
}
