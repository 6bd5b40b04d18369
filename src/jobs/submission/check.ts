import type { z } from 'zod';
import { type FieldError, ServiceError } from '../../kit/contract/errors.ts';
import { check, invalid, invalidRequest } from '../../kit/contract/validation.ts';
import type { Warning } from '../../kit/warning.ts';
import type { DatasetRow } from '../../store/database/tables.ts';
import type { Calibration } from '../../training/estimate/duration.ts';
import { ensembleSizeIssues } from '../../training/estimate/ensemble.ts';
import { sizeIssues } from '../../training/estimate/sizeIssues.ts';
import { asksForEnsemble, resolveEnsemble, trainsEnsemble } from '../../training/resolve/ensemble/resolveEnsemble.ts';
import { resolveSpec } from '../../training/resolve/resolve.ts';
import type { DatasetShape } from '../../training/resolve/shape.ts';
import { type EnsembleSpec, memberSpecs } from '../../training/schemas/ensemble.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
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
  machine: Pick<Machine, 'memoryBytes'>,
): Promise<CheckedRequest> {
  const { request, ...found } = await findRequest(body, findDataset, networkErrors);
  if (asksForEnsemble(request)) throw invalidSpec([singleNetworkOnly(request)]);
  return checkNetwork(request, found, machine);
}

export interface JobChecks {
  readonly findDataset: FindDataset;
  readonly machine: Pick<Machine, 'memoryBytes' | 'coresOfJob'>;
  /** The speed of this machine on a dataset. */
  readonly measureCalibration: (datasetId: string) => Promise<Calibration>;
}

/** The same for a job, which may also train an ensemble. */
export async function checkJob(body: unknown, checks: JobChecks): Promise<CheckedRequest | CheckedEnsemble> {
  const { request, ...found } = await findRequest(body, checks.findDataset, jobErrors);
  return trainsEnsemble(request) ? checkEnsemble(request, found, checks) : checkNetwork(request, found, checks.machine);
}

/** A request for one network that can run. */
export interface CheckedRequest extends FoundDataset {
  readonly request: JobRequest;
  readonly spec: TrainingSpec;
  readonly warnings: readonly Warning[];
}

/** A request for an ensemble that can run. */
export interface CheckedEnsemble extends FoundDataset {
  readonly request: JobRequest;
  readonly ensemble: EnsembleSpec;
  readonly warnings: readonly Warning[];
}

interface FoundDataset {
  readonly dataset: Dataset;
  readonly shape: DatasetShape;
}

/** What is impossible in a request, given the dataset. */
type ErrorsOf = (request: JobRequest, shape: DatasetShape) => readonly FieldError[];

const networkErrors: ErrorsOf = (request, shape) => resolveSpec(request, shape).errors;
const jobErrors: ErrorsOf = (request, shape) =>
  (trainsEnsemble(request) ? resolveEnsemble(request, shape) : resolveSpec(request, shape)).errors;

/** The well-formed request with its dataset. */
async function findRequest(
  body: unknown,
  findDataset: FindDataset,
  errorsOf: ErrorsOf,
): Promise<FoundDataset & { readonly request: JobRequest }> {
  const checked = check(jobRequestSchema, body);
  if (!checked.ok) {
    const impossible = await datasetIssues(validSections(body, checked.issues), findDataset, errorsOf);
    throw invalidRequest([...checked.errors, ...impossible]);
  }
  const request = checked.data;
  const dataset = await findDataset(request.datasetId);
  if (dataset === undefined) throw datasetNotFound(request.datasetId);
  const shape = readyShape(dataset);
  if (shape === undefined) throw notReady(dataset);
  return { request, dataset, shape };
}

async function checkNetwork(
  request: JobRequest,
  { dataset, shape }: FoundDataset,
  { memoryBytes }: Pick<Machine, 'memoryBytes'>,
): Promise<CheckedRequest> {
  const { spec, errors, warnings } = resolveSpec(request, shape);
  if (spec === null) throw invalidSpec(errors);
  await assertRuns([spec], dataset, sizeIssues(spec, shape, memoryBytes));
  return { request, dataset, shape, spec, warnings };
}

async function checkEnsemble(
  request: JobRequest,
  { dataset, shape }: FoundDataset,
  { machine, measureCalibration }: JobChecks,
): Promise<CheckedEnsemble> {
  const { memoryBytes, coresOfJob: cores } = machine;
  const speed = request.budget && { cores, calibration: await measureCalibration(dataset.id) };
  const { spec: ensemble, errors, warnings } = resolveEnsemble(request, shape, speed);
  if (ensemble === null) throw invalidSpec(errors);
  const tooLarge = ensembleSizeIssues(ensemble, shape, { memoryBytes, cores });
  await assertRuns(memberSpecs(ensemble), dataset, tooLarge);
  return { request, dataset, shape, ensemble, warnings };
}

/** `specs` has the only network, or each member of an ensemble. */
async function assertRuns(
  specs: readonly TrainingSpec[],
  dataset: Dataset,
  tooLarge: readonly FieldError[],
): Promise<void> {
  if (tooLarge.length > 0) throw invalidSpec(tooLarge);
  for (const spec of specs) {
    const impossible = [
      ...(await unreadableTypes(spec.features, dataset)),
      ...(await unknownClassWeights(spec, dataset)),
    ];
    if (impossible.length > 0) throw invalidSpec(impossible);
  }
}

function singleNetworkOnly({ ensemble, effort }: JobRequest): FieldError {
  const message = 'Each trial of a sweep trains one network. Leave it out.';
  const chooser = effort === undefined ? '/budget' : '/effort';
  return { path: ensemble ? '/ensemble' : chooser, message };
}

/** The error for a job whose dataset does not exist. */
export function datasetNotFound(id: string): ServiceError {
  return invalidSpec([noDataset(id)]);
}

/** The issues against the dataset in the well-formed part of a body. */
async function datasetIssues(
  request: JobRequest | undefined,
  findDataset: FindDataset,
  errorsOf: ErrorsOf,
): Promise<readonly FieldError[]> {
  if (request === undefined) return [];
  const dataset = await findDataset(request.datasetId);
  if (dataset === undefined) return [noDataset(request.datasetId)];
  const shape = readyShape(dataset);
  return shape === undefined ? [] : errorsOf(request, shape);
}

/** The body without the sections that have issues; undefined if too little is left to check. */
function validSections(body: unknown, issues: readonly z.core.$ZodIssue[]): JobRequest | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const broken = new Set(issues.map(({ path }) => path[0]));
  const known = Object.keys(jobRequestSchema.shape);
  const valid = Object.entries(body).filter(([name]) => known.includes(name) && !broken.has(name));
  return jobRequestSchema.safeParse(Object.fromEntries(valid)).data;
}

/** The shape of a dataset that is ready. */
export function readyShape({
  state,
  rows,
  columns,
}: Pick<Dataset, 'state' | 'rows' | 'columns'>): DatasetShape | undefined {
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
