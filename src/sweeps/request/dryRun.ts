import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { type CheckedRequest, checkRequest, type FindDataset } from '../../jobs/submission/check.ts';
import type { Machine } from '../../jobs/submission/threadWarnings.ts';
import { type FieldError, MAX_LISTED, pointer, ServiceError } from '../../kit/contract/errors.ts';
import { applyParameters } from '../../search/space/applyParameters.ts';
import { dryRunTrials } from '../../search/space/dryRunTrials.ts';
import type { JsonValue } from '../../search/space/parameter.ts';
import type { Parameters, Space } from '../../search/space/space.ts';
import type { SweepRequest, SweepSettings } from './schema.ts';

export interface DryRunDeps {
  /** A dataset of the tenant's. */
  readonly findDataset: FindDataset;
  readonly machine: Pick<Machine, 'memoryBytes'>;
}

/** What trying out a space has shown. */
export interface DryRunResult {
  readonly issues: readonly FieldError[];
  /** The job of a trial that can run; null: none can. */
  readonly sample: CheckedRequest | null;
  /** What the job has by default. */
  readonly defaults: SweepSettings['usual'];
}
export const NO_DRY_RUN: DryRunResult = { issues: [], sample: null, defaults: null };

/** What every trial must have in common to be compared, and what says nothing of a training. */
const NEVER_VARIED = ['datasetId', 'target', 'task', 'weightColumn', 'name', 'priority', 'labels'];

/** Checks a job for each extreme value of each parameter, and says of a mistake whose it is. */
export async function dryRun(
  { job, space: definition }: SweepRequest,
  space: Space,
  checks: DryRunDeps,
): Promise<DryRunResult> {
  if (job === undefined)
    return rejected([{ path: '/job', message: 'What shall be trained? Give the request of a job.' }]);
  const fixed = Object.keys(definition).filter((path) => NEVER_VARIED.includes(path.split('.')[0]));
  if (fixed.length > 0) {
    const message = 'Cannot be varied: trials are compared on the same task. Say it in `job`.';
    return rejected(fixed.map((path) => ({ path: pointer(['space', path]), message })));
  }
  const findDataset = memoized(checks.findDataset);
  const base = await checkJob(job, findDataset, checks.machine);
  // A mistake where a parameter is put may be mended by its values.
  const unfixable = 'errors' in base ? base.errors.filter(({ path }) => !isNear(path, Object.keys(definition))) : [];
  if (unfixable.length > 0) return rejected(unfixable.map(({ path, message }) => ({ path: `/job${path}`, message })));
  // What JSON has of it, as it is kept and as a client would write it.
  const defaults = 'checked' in base ? JSON.parse(JSON.stringify(base.checked.spec)) : {};
  const { impossible, found, sample } = await checkTrials(job, space, { ...checks, findDataset }, defaults);
  return { issues: distinct([...impossible, ...attributed(found, job)]), sample, defaults };
}

function rejected(issues: readonly FieldError[]): DryRunResult {
  return { ...NO_DRY_RUN, issues };
}

async function checkTrials(
  job: NonNullable<SweepRequest['job']>,
  space: Space,
  { findDataset, machine }: DryRunDeps,
  defaults: NonNullable<SweepSettings['usual']>,
) {
  const impossible: FieldError[] = [];
  const found: CheckedTrial[] = [];
  let failed = 0;
  let sample: CheckedRequest | null = null;
  for (const { parameter, parameters } of dryRunTrials(space)) {
    if (parameters === null) {
      impossible.push({ path: pointer(['space', parameter, 'when']), message: 'Its conditions never hold together.' });
      continue;
    }
    // A space of many choices takes a while, and others are to be answered meanwhile.
    await yieldToEventLoop();
    const outcome = await checkJob(applyParameters(job, parameters, defaults), findDataset, machine);
    if ('errors' in outcome) {
      found.push({ parameter, parameters, errors: outcome.errors });
      failed += 1;
    } else {
      sample ??= outcome.checked;
      found.push({ parameter, parameters, errors: [] });
    }
    // Each has a mistake to list.
    if (failed + impossible.length > MAX_LISTED) break;
  }
  return { impossible, found, sample };
}

interface CheckedTrial {
  readonly parameter: string;
  readonly parameters: Parameters;
  readonly errors: readonly FieldError[];
}

/** A job that a trial would submit: as it would run, or what is wrong with it. */
export async function checkJob(
  job: JsonValue,
  findDataset: FindDataset,
  machine: Pick<Machine, 'memoryBytes'>,
): Promise<{ readonly checked: CheckedRequest } | { readonly errors: readonly FieldError[] }> {
  try {
    return { checked: await checkRequest(job, findDataset, machine) };
  } catch (error) {
    if (error instanceof ServiceError && error.errors.length > 0) return { errors: error.errors };
    throw error;
  }
}

/** The mistakes of all probes, each reported for the parameter that it lies at or around, or for the job where every probe has it. */
function attributed(found: readonly CheckedTrial[], job: JsonValue): readonly FieldError[] {
  const asked = countsOf(found, ({ parameters }) => Object.keys(parameters));
  const probesWith = countsOf(found, ({ errors }) => errors.map(keyOf));
  return found.flatMap(({ parameter, parameters, errors }) =>
    errors.map((issue) => {
      const { path, message } = issue;
      const count = probesWith.get(keyOf(issue));
      const owner = ownerOf(path, Object.keys(parameters), job);
      if (owner === undefined && count === found.length) return { path: `/job${path}`, message };
      const name = owner ?? parameter;
      const where = path === pathOf(name) ? '' : `${path}: `;
      // A mistake in the path of a parameter has nothing to do with its values.
      const value =
        owner !== undefined && count === asked.get(name) ? '' : `With ${JSON.stringify(parameters[name])}: `;
      return { path: pointer(['space', name]), message: `${value}${where}${message}` };
    }),
  );
}

/** The parameter that a mistake lies at or in, or that has made what is there. */
function ownerOf(path: string, names: readonly string[], job: JsonValue): string | undefined {
  const within = names.filter((name) => isWithin(path, pathOf(name))).toSorted((a, b) => b.length - a.length);
  if (within.length > 0 || hasValueAt(job, path)) return within[0];
  return names.find((name) => isWithin(pathOf(name), path));
}

/** Whether there is a value at the JSON pointer. */
function hasValueAt(value: JsonValue, path: string): boolean {
  const [, name, rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
  if (name === undefined) return true;
  const key = name.replaceAll('~1', '/').replaceAll('~0', '~');
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
  // The value has the key, whether it is an array or an object.
  return hasValueAt((value as Readonly<Record<string, JsonValue>>)[key], rest);
}

function keyOf({ path, message }: FieldError): string {
  return `${path}\n${message}`;
}

/** How many of the probes have each of the names. */
function countsOf(
  found: readonly CheckedTrial[],
  namesOf: (each: CheckedTrial) => readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const each of found) {
    for (const name of new Set(namesOf(each))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function pathOf(name: string): string {
  return pointer(name.split('.'));
}

function isWithin(path: string, around: string): boolean {
  return path === around || path.startsWith(`${around}/`);
}

/** Whether the path lies at one of the parameters, within it or around it. */
function isNear(path: string, names: readonly string[]): boolean {
  return names.map(pathOf).some((place) => isWithin(path, place) || isWithin(place, path));
}

function distinct(issues: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(issues.map((issue) => [keyOf(issue), issue])).values()];
}

/** Looks each dataset up once. */
function memoized(findDataset: FindDataset): FindDataset {
  const found = new Map<string, ReturnType<FindDataset>>();
  return (id) => {
    const result = found.get(id) ?? findDataset(id);
    found.set(id, result);
    return result;
  };
}
