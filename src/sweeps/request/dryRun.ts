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
  /** Finds a dataset of the tenant. */
  readonly findDataset: FindDataset;
  readonly machine: Pick<Machine, 'memoryBytes'>;
}

/** The result of a dry run of a space. */
export interface DryRunResult {
  readonly issues: readonly FieldError[];
  /** The job of a valid trial; null: none is valid. */
  readonly sample: CheckedRequest | null;
  /** The default settings of the job. */
  readonly defaults: SweepSettings['defaults'];
}
export const NO_DRY_RUN: DryRunResult = { issues: [], sample: null, defaults: null };

/** Fields that must be equal to compare trials, and fields that do not affect the training. */
const NEVER_VARIED = ['datasetId', 'target', 'task', 'weightColumn', 'name', 'priority', 'labels'];

/**
 * Checks a job for each extreme value of each parameter, and attributes each issue to its
 * parameter.
 */
export async function dryRun(
  { job, space: definition }: SweepRequest,
  space: Space,
  checks: DryRunDeps,
): Promise<DryRunResult> {
  if (job === undefined)
    return rejected([{ path: '/job', message: 'Missing. Give the job request that the trials share.' }]);
  const fixed = Object.keys(definition).filter((path) => NEVER_VARIED.includes(path.split('.')[0]));
  if (fixed.length > 0) {
    const message = 'Cannot be varied, because trials are compared on the same task. Set it in `job`.';
    return rejected(fixed.map((path) => ({ path: pointer(['space', path]), message })));
  }
  const findDataset = memoized(checks.findDataset);
  const base = await checkJob(job, findDataset, checks.machine);
  // The values of a parameter may fix an issue at its path.
  const unfixable = 'errors' in base ? base.errors.filter(({ path }) => !isNear(path, Object.keys(definition))) : [];
  if (unfixable.length > 0) return rejected(unfixable.map(({ path, message }) => ({ path: `/job${path}`, message })));
  // As JSON: as it is stored, and as a client would write it.
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
  defaults: NonNullable<SweepSettings['defaults']>,
) {
  const impossible: FieldError[] = [];
  const found: CheckedTrial[] = [];
  let failed = 0;
  let sample: CheckedRequest | null = null;
  for (const { parameter, parameters } of dryRunTrials(space)) {
    if (parameters === null) {
      impossible.push({
        path: pointer(['space', parameter, 'when']),
        message: 'Its conditions are never met together. Change one of them.',
      });
      continue;
    }
    // A space with many choices takes a while; let other requests run.
    await yieldToEventLoop();
    const outcome = await checkJob(applyParameters(job, parameters, defaults), findDataset, machine);
    if ('errors' in outcome) {
      found.push({ parameter, parameters, errors: outcome.errors });
      failed += 1;
    } else {
      sample ??= outcome.checked;
      found.push({ parameter, parameters, errors: [] });
    }
    // Each has at least one issue, so there are enough to list.
    if (failed + impossible.length > MAX_LISTED) break;
  }
  return { impossible, found, sample };
}

interface CheckedTrial {
  readonly parameter: string;
  readonly parameters: Parameters;
  readonly errors: readonly FieldError[];
}

/** Checks the job of a trial. Returns it with all defaults, or its issues. */
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

/**
 * Attributes each issue to the parameter at or inside its path, or to the job if every trial has
 * it.
 */
function attributed(found: readonly CheckedTrial[], job: JsonValue): readonly FieldError[] {
  const active = countsOf(found, ({ parameters }) => Object.keys(parameters));
  const trialsWith = countsOf(found, ({ errors }) => errors.map(keyOf));
  return found.flatMap(({ parameter, parameters, errors }) =>
    errors.map((issue) => {
      const { path, message } = issue;
      const count = trialsWith.get(keyOf(issue));
      const owner = ownerOf(path, Object.keys(parameters), job);
      if (owner === undefined && count === found.length) return { path: `/job${path}`, message };
      const name = owner ?? parameter;
      const where = path === pathOf(name) ? '' : `${path}: `;
      // If every value has the issue, the path is wrong and not the value.
      const value =
        owner !== undefined && count === active.get(name) ? '' : `With ${JSON.stringify(parameters[name])}: `;
      return { path: pointer(['space', name]), message: `${value}${where}${message}` };
    }),
  );
}

/** The parameter whose path contains the issue, or that created the value at its path. */
function ownerOf(path: string, names: readonly string[], job: JsonValue): string | undefined {
  const within = names.filter((name) => isWithin(path, pathOf(name))).toSorted((a, b) => b.length - a.length);
  if (within.length > 0 || hasValueAt(job, path)) return within[0];
  return names.find((name) => isWithin(pathOf(name), path));
}

/** Whether the JSON pointer has a value. */
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

/** The number of trials that have each name. */
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

/** Whether the path is that of a parameter, inside it or around it. */
function isNear(path: string, names: readonly string[]): boolean {
  return names.map(pathOf).some((other) => isWithin(path, other) || isWithin(other, path));
}

function distinct(issues: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(issues.map((issue) => [keyOf(issue), issue])).values()];
}

/** Finds each dataset only once. */
function memoized(findDataset: FindDataset): FindDataset {
  const found = new Map<string, ReturnType<FindDataset>>();
  return (id) => {
    const result = found.get(id) ?? findDataset(id);
    found.set(id, result);
    return result;
  };
}
