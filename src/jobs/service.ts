import type { Clock } from '../kit/clock.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { idCursor, toPage } from '../kit/contract/pages.ts';
import { decodeCursor, type Page } from '../kit/contract/wire.ts';
import { type EventBus, type Notification, type WaitOptions, waitUntil } from '../notifications/bus.ts';
import type { Database } from '../store/database/database.ts';
import type { JobRow } from '../store/database/tables.ts';
import { createActionStore, requeue } from './actionStore.ts';
import { createJobActions, type JobActions } from './actions.ts';
import type { Checkpoints } from './checkpoints/checkpoints.ts';
import type { Job, JobSummary, JobsQuery, Losses, LossesQuery } from './schemas.ts';
import { isFinal } from './states.ts';
import { createJobStore, type JobFilter, type JobStore, type ListedJobRow } from './store.ts';
import { assertModelQuota } from './submission/assertModelQuota.ts';
import { measureCalibration } from './submission/calibrationStore.ts';
import { checkJob, type FindDataset, type JobChecks, readyShape } from './submission/check.ts';
import { estimateJob } from './submission/estimate.ts';
import { readLabel } from './submission/labels.ts';
import { newJob } from './submission/newJob.ts';
import { previewJob } from './submission/previewJob.ts';
import type { JobEstimate, JobPreview } from './submission/previewSchema.ts';
import { readJobHyperparameters } from './submission/requestSchema.ts';
import type { Machine } from './submission/threadWarnings.ts';
import { type JobFacts, jobSummary, jobView, lossView } from './view.ts';
import { wrongState } from './wrongState.ts';

export interface JobsDeps {
  readonly database: Database;
  readonly findDataset: (id: string, project: string) => ReturnType<FindDataset>;
  readonly checkpoints: Pick<Checkpoints, 'ofJob' | 'removeFiles'>;
  readonly bus: EventBus;
  readonly machine: Machine;
  readonly clock: Clock;
}

/** The jobs of a tenant. Throws ServiceError `job_not_found` for an unknown id. */
export interface Jobs extends JobActions {
  /**
   * Queues a training, with the given id if any. Throws the errors of `checkRequest`,
   * `queued_jobs_quota`, and `stored_bytes_quota` if its model would exceed the quota.
   */
  submit(body: unknown, id?: string): Promise<Job>;
  /** What `submit` would queue. Throws the errors of `checkRequest`. */
  preview(body: unknown): Promise<JobPreview>;
  list(query: JobsQuery): Promise<Page<JobSummary>>;
  get(id: string, waiting?: WaitOptions): Promise<Job>;
  losses(id: string, query: LossesQuery): Promise<Losses>;
  /** Throws `job_wrong_state` if the job has not ended. */
  remove(id: string): Promise<void>;
}

export function createJobs(deps: JobsDeps, tenant: Tenant): Jobs {
  const { project, quotas } = tenant;
  const { database, findDataset, checkpoints, bus, machine, clock } = deps;
  const store = createJobStore(database, project);
  const ofTenant = {
    database,
    project,
    findDataset: (id: string) => findDataset(id, project),
  };
  const checks: JobChecks = { ...ofTenant, machine, measureCalibration: (id) => measureCalibration(ofTenant, id) };
  const view = async (row: JobRow) => {
    const factsOf = await facts(store, [row]);
    return jobView(row, factsOf(row), row.state === 'queued' ? await estimateOf(row, checks) : null);
  };

  return {
    async submit(body, id) {
      const checked = await checkJob(body, checks);
      await assertModelQuota(database, tenant, checked);
      const job = newJob(checked, { id, project, machine, now: clock() });
      await store.insert(job, checked.request.labels, quotas.queuedJobs);
      bus.publish({ kind: 'queued' });
      return view(await findOrThrow(store, job.id));
    },

    async preview(body) {
      const checked = await checkJob(body, checks);
      const calibration = await checks.measureCalibration(checked.dataset.id);
      return previewJob(newJob(checked, { project, machine, now: clock() }), checked.shape, { machine, calibration });
    },

    async list(query) {
      const slice = await store.list(filterOf(query));
      const factsOf = await facts(store, slice.rows);
      return toPage(slice, (row) => jobSummary(row, factsOf(row)), idCursor);
    },

    async get(id, waiting) {
      const isThisJob = (item: Notification) => item.kind === 'changed' && item.jobId === id;
      if (waiting) await waitUntil(bus, isThisJob, () => isOver(store, id), waiting);
      return view(await findOrThrow(store, id));
    },

    async losses(id, { after, limit }) {
      await findOrThrow(store, id);
      const { items, next } = toPage(await store.losses(id, after, limit), lossView, ({ epoch }) => String(epoch));
      return { items: [...items], next };
    },

    ...createJobActions({
      store: createActionStore(database),
      requeue: (change) => requeue(database, project, quotas.queuedJobs, change),
      checkpoints,
      find: (id) => findOrThrow(store, id),
      view,
      bus,
      clock,
    }),

    async remove(id) {
      const rows = await checkpoints.ofJob(id);
      if (!(await store.remove(id))) throw wrongState(await findOrThrow(store, id), 'delete');
      await checkpoints.removeFiles(rows.map(({ file }) => file));
    },
  };
}

async function findOrThrow(store: JobStore, id: string): Promise<JobRow> {
  const row = await store.find(id);
  if (row === undefined) throw new ServiceError('job_not_found', `There is no job '${id}'.`);
  return row;
}

/** Null when the dataset was deleted. */
async function estimateOf(row: JobRow, checks: JobChecks): Promise<JobEstimate | null> {
  const dataset = row.datasetId === null ? undefined : await checks.findDataset(row.datasetId);
  const shape = dataset && readyShape(dataset);
  if (dataset === undefined || shape === undefined) return null;
  const calibration = await checks.measureCalibration(dataset.id);
  return estimateJob(readJobHyperparameters(row.request), shape, checks.machine, calibration);
}

/** The facts about each of the rows in other tables. */
async function facts(store: JobStore, rows: readonly ListedJobRow[]): Promise<(row: ListedJobRow) => JobFacts> {
  const ids = rows.map(({ id }) => id);
  const labels = await store.labelsOf(ids);
  const queued = rows.filter(({ state }) => state === 'queued').map(({ id }) => id);
  const positions = queued.length > 0 ? await store.queuePositions(queued) : new Map<string, number>();
  return ({ id }) => ({ labels: labels.get(id) ?? {}, queuePosition: positions.get(id) ?? null });
}

async function isOver(store: JobStore, id: string): Promise<boolean> {
  const state = await store.state(id);
  return state === undefined || isFinal(state);
}

function filterOf(query: JobsQuery): JobFilter {
  const { state: states = [], datasetId, sweepId, trials, label: labels = [], after, limit } = query;
  return {
    states,
    datasetId,
    sweepId,
    trials: trials === 'true',
    labels: labels.map(readLabel),
    before: after === undefined ? undefined : decodeCursor(after),
    limit,
  };
}
