/**
 * The rows of the database, as `migrations/` creates them. JSON columns are text. Times are
 * milliseconds since 1970.
 */
import type { ColumnType, Generated } from 'kysely';

export interface ProjectRow {
  name: string;
  runningJobs: number | null;
  queuedJobs: number | null;
  storedBytes: number | null;
  predictRows: number | null;
  createdAt: number;
}

export interface KeyRow {
  id: string;
  project: string;
  name: string;
  prefix: string;
  sha256: Uint8Array;
  scopes: string;
  requestsPerSecond: number | null;
  createdAt: number;
  lastUsedAt: number | null;
  expiresAt: number | null;
  revokedAt: number | null;
}

export interface DatasetRow {
  id: string;
  project: string;
  name: string;
  state: 'processing' | 'ready' | 'failed';
  rows: number | null;
  bytes: number;
  sha256: string;
  file: string | null;
  columns: string;
  warnings: string;
  error: string | null;
  createdAt: number;
  /** JSON: how each column was written in the file, in the order of `columns`. */
  readAs: string;
  columnCount: number;
}

export const JOB_STATES = ['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export const REQUESTED_ACTIONS = ['cancel', 'pause', 'stop'] as const;
export type RequestedAction = (typeof REQUESTED_ACTIONS)[number];

export interface JobRow {
  id: string;
  project: string;
  name: string;
  datasetId: string | null;
  state: JobState;
  priority: number;
  request: string;
  memoryBytes: number;
  warnings: string;
  attempts: number;
  /** The action that a client requested and the worker has not performed yet. */
  requested: RequestedAction | null;
  /** Deaths of the worker process while the job ran alone, since its last progress. */
  crashes: number;
  /** When a worker process last died while it ran the job; null: never. Such a job runs alone. */
  suspectAt: number | null;
  progress: string | null;
  latest: string | null;
  best: string | null;
  modelId: string | null;
  error: string | null;
  leaseOwner: string | null;
  leaseUntil: number | null;
  /** The sweep and the number of the trial; `sweepId` is null when the sweep was deleted. */
  sweepId: string | null;
  trial: number | null;
  /** JSON: the stop rule at which the training pauses; null: there is none. */
  stopRule: string | null;
  /** Whether the stop rule has paused the training. */
  halted: 0 | 1;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

interface JobLabelRow {
  jobId: string;
  name: string;
  value: string;
}

export interface LossRow {
  jobId: string;
  epoch: number;
  step: number;
  trainingLoss: number;
  validationLoss: number | null;
  metrics: string;
  learningRate: number;
  seconds: number;
}

/** A network of a job that trains an ensemble. */
export interface JobMemberRow {
  jobId: string;
  /** The number of the network, from 1: of each member in turn, that of each fold. */
  member: number;
  state: 'training' | 'trained' | 'diverged';
  /** JSON: the layers with the shapes of their parameters. */
  layers: string | null;
  /** JSON: the epoch and score of its best snapshot. */
  best: string | null;
  /** JSON: the epochs and weights of its selected snapshots. */
  selected: string | null;
}

export interface JobMemberLossRow extends LossRow {
  member: number;
}

export interface CheckpointRow {
  jobId: string;
  /** The network of an ensemble, from 1; 0 for a job that trains a single network. */
  member: number;
  step: number;
  epoch: number;
  finished: 0 | 1;
  bytes: number;
  sha256: string;
  file: string;
  createdAt: number;
}

export interface ModelRow {
  id: string;
  project: string;
  name: string;
  jobId: string | null;
  datasetId: string | null;
  task: 'binary' | 'multiclass' | 'regression';
  target: string;
  description: string;
  sha256: string;
  createdAt: number;
  /** JSON: the part of `description` that lists show. */
  summary: string;
  splitId: string | null;
  /** Markdown. */
  notes: string;
}

interface ModelLabelRow {
  modelId: string;
  name: string;
  value: string;
}

/** The rows of a dataset that a training used, by part. */
interface SplitRow {
  id: string;
  /** All rows of the dataset. */
  rows: number;
  training: number;
  validation: number;
  test: number;
  parts: Uint8Array;
}

export interface ParameterRow {
  modelId: string;
  layer: number;
  name: string;
  shape: string;
  bytes: Uint8Array;
}

/** A copy of a model that is a member of an ensemble. */
interface EnsembleMemberRow {
  ensembleId: string;
  /** Counts from 1. */
  member: number;
  description: string;
}

interface EnsembleParameterRow extends Omit<ParameterRow, 'modelId'> {
  ensembleId: string;
  member: number;
}

export interface AliasRow {
  project: string;
  name: string;
  modelId: string;
  updatedAt: number;
}

/** An event of a job. Epochs are in `losses`. */
export interface EventRow {
  id: Generated<number>;
  jobId: string;
  type: 'state' | 'log';
  afterEpoch: number;
  data: string;
  createdAt: Generated<number>;
}

export interface WebhookRow {
  id: string;
  project: string;
  url: string;
  events: string;
  secret: string;
  createdAt: number;
}

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

export interface DeliveryRow {
  id: Generated<string>;
  webhookId: string;
  type: string;
  payload: string;
  state: Generated<(typeof DELIVERY_STATES)[number]>;
  attempts: Generated<number>;
  nextAt: number | null;
  status: number | null;
  error: string | null;
  milliseconds: number | null;
  createdAt: number;
  finishedAt: number | null;
}

export interface IdempotencyKeyRow {
  caller: string;
  key: string;
  resourceId: string;
  owner: string;
  digest: string | null;
  response: string | null;
  createdAt: number;
}

export const SWEEP_STATES = ['running', 'paused', 'succeeded', 'failed', 'cancelled'] as const;
export type SweepState = (typeof SWEEP_STATES)[number];
/** The states of a sweep that has ended. Only a request of a client changes them. */
export const FINAL_SWEEP_STATES: readonly SweepState[] = ['succeeded', 'failed', 'cancelled'];

/** Why a sweep creates no more trials. */
export const SWEEP_ENDS = ['trials', 'space', 'seconds', 'target', 'noProgress'] as const;
export type SweepEnd = (typeof SWEEP_ENDS)[number];

export interface SweepRow {
  id: string;
  project: string;
  name: string;
  datasetId: string | null;
  state: SweepState;
  request: string;
  endedBy: SweepEnd | null;
  error: string | null;
  /** The run time before `runningSince`, in milliseconds. */
  ranMs: number;
  runningSince: number | null;
  createdAt: number;
  finishedAt: number | null;
}

export const TRIAL_STATES = ['running', 'paused', 'succeeded', 'pruned', 'failed', 'cancelled'] as const;
export type TrialState = (typeof TRIAL_STATES)[number];

export interface TrialRow {
  sweepId: string;
  number: number;
  parameters: string;
  state: TrialState;
  objective: number | null;
  objectives: string | null;
  epochs: number | null;
  jobId: string | null;
  error: string | null;
  /** Of an external trial: the end of its lease. */
  leaseUntil: number | null;
  leaseMs: number | null;
  /** Of a trial that succeeded as a job; null when the model was deleted. */
  modelId: string | null;
  createdAt: number;
  finishedAt: number | null;
}

/** The run of a trial up to the epoch at which the search evaluates it. */
export interface SegmentRow {
  sweepId: string;
  number: number;
  trial: number;
  until: number | null;
  result: string | null;
  /** JSON, of an external trial: the limits at which it stops. */
  limits: string | null;
}

interface TrialReportRow {
  sweepId: string;
  trial: number;
  epoch: number;
  objective: number;
}

export const REPORT_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type ReportState = (typeof REPORT_STATES)[number];

export interface ReportRow {
  id: string;
  project: string;
  kind: string;
  state: ReportState;
  /** Equal keys have equal results. */
  key: string;
  request: string;
  datasetId: string | null;
  /** The share of the work that is done. */
  fraction: number;
  result: string | null;
  warnings: string;
  error: string | null;
  /** The measured rows. */
  rows: number | null;
  attempts: number;
  /** Whether a client requested to cancel it while it runs. */
  cancelling: 0 | 1;
  leaseOwner: string | null;
  leaseUntil: number | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

interface ReportModelRow {
  reportId: string;
  position: number;
  modelId: string;
}

/** The outputs of a model for rows of a dataset, which can be computed again. */
interface OutputsRow {
  key: string;
  modelId: string;
  datasetId: string;
  bytes: Uint8Array;
  usedAt: number;
}

export interface SweepEventRow {
  id: Generated<number>;
  sweepId: string;
  type: 'state' | 'trial' | 'best';
  data: string;
  createdAt: Generated<number>;
}

export interface Tables {
  projects: ProjectRow;
  keys: KeyRow;
  datasets: Omit<DatasetRow, 'readAs' | 'columnCount'> & {
    readAs: Generated<string>;
    columnCount: Generated<number>;
  };
  jobs: Omit<JobRow, 'state' | 'halted'> & {
    /** Updated by `jobs/transitions.ts` only. */
    state: ColumnType<JobState, JobState, never>;
    halted: Generated<JobRow['halted']>;
  };
  jobLabels: JobLabelRow;
  losses: LossRow;
  jobMembers: JobMemberRow;
  jobMemberLosses: JobMemberLossRow;
  checkpoints: Omit<CheckpointRow, 'member'> & { member: Generated<number> };
  models: Omit<ModelRow, 'summary' | 'notes'> & { summary: Generated<string>; notes: Generated<string> };
  modelLabels: ModelLabelRow;
  splits: SplitRow;
  parameters: ParameterRow;
  ensembleMembers: EnsembleMemberRow;
  ensembleParameters: EnsembleParameterRow;
  aliases: AliasRow;
  events: EventRow;
  webhooks: WebhookRow;
  deliveries: DeliveryRow;
  idempotencyKeys: IdempotencyKeyRow;
  sweeps: SweepRow;
  trials: TrialRow;
  segments: SegmentRow;
  trialReports: TrialReportRow;
  reports: Omit<ReportRow, 'state' | 'fraction' | 'warnings' | 'attempts' | 'cancelling'> & {
    /** Updated by `models/reports/transitions.ts` only. */
    state: ColumnType<ReportState, ReportState, never>;
    fraction: Generated<number>;
    warnings: Generated<string>;
    attempts: Generated<number>;
    cancelling: Generated<ReportRow['cancelling']>;
  };
  reportModels: ReportModelRow;
  outputs: OutputsRow;
  sweepEvents: SweepEventRow;
}
