import type { z } from 'zod';
import { type FieldError, ServiceError } from '../../kit/contract/errors.ts';
import { check, invalid, invalidRequest } from '../../kit/contract/validation.ts';
import type { DatasetRow } from '../../store/database/tables.ts';
import { sizeIssues } from '../../training/estimate/sizeIssues.ts';
import { resolveSpec } from '../../training/resolve/resolve.ts';
import type { DatasetShape } from '../../training/resolve/shape.ts';
import { type JobRequest, jobRequestSchema } from './requestSchema.ts';
import type { Machine } from './threadWarnings.ts';
import { type TextsOf, unknownClassWeights } from './unknownClassWeights.ts';
import { type ReadsAny, unreadableTypes } from './unreadableTypes.ts';

/** The facts about a dataset that a job needs. */
interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly state: DatasetRow['state'];
  readonly rows: number | null;
  readonly columns: DatasetShape['columns'];
  readonly textsOf: TextsOf;
  readonly readsAny: ReadsAny;
}

/** Finds a dataset; undefined: there is none with that id. */
export type FindDataset = (id: string) => Promise<Dataset | undefined>;

/**
 * Checks a request and returns it with its dataset and every default filled in. Throws a
 * ServiceError that lists all issues: `invalid_request` if the body is malformed (with the issues
 * against the dataset, as far as they can be checked), `invalid_spec` if it is well-formed but
 * impossible or needs more memory than available, `dataset_not_ready`.
 */
export async function checkRequest(
  body: unknown,
  findDataset: FindDataset,
  { memoryBytes }: Pick<Machine, 'memoryBytes'>,
) {
  const checked = check(jobRequestSchema, body);
  if (!checked.ok) {
    const impossible = await datasetIssues(validSections(body, checked.issues), findDataset);
    throw invalidRequest([...checked.errors, ...impossible]);
  }
  const request = checked.data;
  const dataset = await findDataset(request.datasetId);
  if (dataset === undefined) throw datasetNotFound(request.datasetId);
  const shape = shapeOf(dataset);
  if (shape === undefined) throw notReady(dataset);
  const resolution = resolveSpec(request, shape);
  if (resolution.spec === null) throw invalidSpec(resolution.errors);
  const tooLarge = sizeIssues(resolution.spec, shape, memoryBytes);
  if (tooLarge.length > 0) throw invalidSpec(tooLarge);
  const impossible = [
    ...(await unreadableTypes(resolution.spec.features, dataset)),
    ...(await unknownClassWeights(resolution.spec, dataset)),
  ];
  if (impossible.length > 0) throw invalidSpec(impossible);
  return { request, dataset, shape, spec: resolution.spec, warnings: resolution.warnings };
}

/** A request that can run. */
export type CheckedRequest = Awaited<ReturnType<typeof checkRequest>>;

/** The error for a job whose dataset does not exist. */
export function datasetNotFound(id: string): ServiceError {
  return invalidSpec([noDataset(id)]);
}

/** The issues against the dataset in the well-formed part of a body. */
async function datasetIssues(
  request: JobRequest | undefined,
  findDataset: FindDataset,
): Promise<readonly FieldError[]> {
  if (request === undefined) return [];
  const dataset = await findDataset(request.datasetId);
  if (dataset === undefined) return [noDataset(request.datasetId)];
  const shape = shapeOf(dataset);
  return shape === undefined ? [] : resolveSpec(request, shape).errors;
}

/** The body without the sections that have issues; undefined if too little is left to check. */
function validSections(body: unknown, issues: readonly z.core.$ZodIssue[]): JobRequest | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const broken = new Set(issues.map(({ path }) => path[0]));
  const known = Object.keys(jobRequestSchema.shape);
  const valid = Object.entries(body).filter(([name]) => known.includes(name) && !broken.has(name));
  return jobRequestSchema.safeParse(Object.fromEntries(valid)).data;
}

function shapeOf({ state, rows, columns }: Dataset): DatasetShape | undefined {
  return state === 'ready' && rows !== null ? { rows, columns } : undefined;
}

function noDataset(id: string): FieldError {
  return { path: '/datasetId', message: `There is no dataset '${id}'.` };
}

function notReady({ id, state }: Dataset): ServiceError {
  const why =
    state === 'failed' ? 'could not be read: upload it again' : 'is still being read: try again when it is ready';
  return new ServiceError('dataset_not_ready', `The dataset '${id}' ${why}.`);
}

function invalidSpec(errors: readonly FieldError[]): ServiceError {
  return invalid('invalid_spec', 'The training', errors);
}
