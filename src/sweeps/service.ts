import type { Checkpoints } from '../jobs/checkpoints/checkpoints.ts';
import { assertModelQuota } from '../jobs/submission/assertModelQuota.ts';
import { measureCalibration } from '../jobs/submission/calibrationStore.ts';
import type { FindDataset } from '../jobs/submission/check.ts';
import type { Machine } from '../jobs/submission/threadWarnings.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { idCursor, toPage } from '../kit/contract/pages.ts';
import { parseInput } from '../kit/contract/validation.ts';
import { decodeCursor, type Page } from '../kit/contract/wire.ts';
import { newId } from '../kit/ids.ts';
import type { Model } from '../models/schemas.ts';
import { type EventBus, type Notification, type WaitOptions, waitUntil } from '../notifications/bus.ts';
import { toJson } from '../store/database/json.ts';
import { FINAL_SWEEP_STATES, type SweepRow } from '../store/database/tables.ts';
import { createSweepActions, type SweepActions, wrongState } from './actions.ts';
import { type BestModelsDeps, saveBestModels } from './bestModels.ts';
import { previewSweep } from './previewSweep.ts';
import { checkSweep, type SweepChecks } from './request/checkSweep.ts';
import { sweepRequestSchema } from './request/schema.ts';
import type { EnsembleRequest, Sweep, SweepPreview, SweepSummary, SweepsQuery } from './schemas.ts';
import { createSweepStore } from './store.ts';
import type { SweepImportance, Trial, TrialsQuery } from './trials/schemas.ts';
import { type ComputeImportance, sweepImportance } from './trials/sweepImportance.ts';
import { createTrialStore, listTrials } from './trials/trialStore.ts';
import { createTrials } from './trials/trials.ts';
import { sweepSummary, sweepView } from './view.ts';

export interface SweepsDeps extends BestModelsDeps {
  readonly findDataset: (id: string, project: string) => ReturnType<FindDataset>;
  readonly checkpoints: Pick<Checkpoints, 'removeFiles'>;
  readonly bus: EventBus;
  readonly machine: Machine;
  /** The number of jobs that train in parallel. */
  readonly workers: number;
  readonly computeImportance: ComputeImportance;
  readonly getModel: (tenant: Tenant, id: string) => Promise<Model>;
}

/** The sweeps of one tenant. Throws ServiceError `sweep_not_found` for an unknown id. */
export interface Sweeps extends SweepActions {
  /**
   * Starts a sweep, with the given id if there is one. Throws as `checkSweep`, `invalid_request`,
   * `queued_jobs_quota`, and `stored_bytes_quota` if the quota has no room for a model.
   */
  submit(body: unknown, id?: string): Promise<Sweep>;
  /** The sweep that `submit` would start. Throws as it does, but for the quotas. */
  preview(body: unknown): Promise<SweepPreview>;
  list(query: SweepsQuery): Promise<Page<SweepSummary>>;
  get(id: string, waiting?: WaitOptions): Promise<Sweep>;
  trials(id: string, query: TrialsQuery): Promise<Page<Trial>>;
  /** Throws ServiceError `trial_not_found`. */
  trial(id: string, number: string): Promise<Trial>;
  /** Throws ServiceError `sweep_wrong_state` if too few trials have ended. */
  importance(id: string): Promise<SweepImportance>;
  /** One model of the best trials. Throws as `saveBestModels`. */
  ensemble(id: string, wanted: EnsembleRequest, modelId?: string): Promise<Model>;
  /** Throws ServiceError `sweep_wrong_state` if the sweep is not final. */
  remove(id: string): Promise<void>;
}

export function createSweeps(deps: SweepsDeps, tenant: Tenant): Sweeps {
  const { database, bus, clock, checkpoints } = deps;
  const { project } = tenant;
  const store = createSweepStore(database, project);
  const trialStore = createTrialStore(database);
  const trials = createTrials(database);
  const checks: SweepChecks = {
    findDataset: (id) => deps.findDataset(id, project),
    machine: deps.machine,
    parallel: deps.workers,
  };

  async function getRow(id: string): Promise<SweepRow> {
    const row = await store.find(id);
    if (row === undefined) throw new ServiceError('sweep_not_found', `There is no sweep '${id}'.`);
    return row;
  }

  const view = (row: SweepRow) => sweepView(row, trialStore, clock());

  async function isOver(id: string): Promise<boolean> {
    const state = await store.state(id);
    return state === undefined || FINAL_SWEEP_STATES.includes(state);
  }

  return {
    ...createSweepActions({ ...deps, tenant, getRow, view }),

    async submit(body, givenId) {
      const request = parseInput(sweepRequestSchema, body);
      const { settings, sample } = await checkSweep(request, checks);
      if (sample) await assertModelQuota(database, tenant, sample);
      const now = clock();
      const id = givenId ?? newId('swp', now);
      const row: SweepRow = {
        id,
        project,
        name: request.name ?? (sample ? `${sample.dataset.name}-${sample.spec.target}` : 'external'),
        datasetId: sample?.dataset.id ?? null,
        state: 'running',
        request: toJson(settings),
        endedBy: null,
        error: null,
        ranMs: 0,
        runningSince: now,
        createdAt: now,
        finishedAt: null,
      };
      await store.insert(row, tenant.quotas.queuedJobs);
      bus.publish({ kind: 'sweepActionRequested', sweepId: id });
      return view(await getRow(id));
    },

    async preview(body) {
      const checked = await checkSweep(parseInput(sweepRequestSchema, body), checks);
      const { findDataset } = checks;
      const measureThroughput = (datasetId: string) =>
        measureCalibration({ database, findDataset, project }, datasetId);
      return previewSweep(checked, { ...checks, workers: deps.workers, measureThroughput });
    },

    async list({ after, limit, ...filter }) {
      const before = after === undefined ? undefined : decodeCursor(after);
      const page = toPage(await store.list({ ...filter, before, limit }), (row) => row, idCursor);
      const items: SweepSummary[] = [];
      for (const row of page.items) items.push(await sweepSummary(row, trialStore, clock()));
      return { items, next: page.next };
    },

    async get(id, waiting) {
      const isThis = (item: Notification) => item.kind === 'sweep' && item.sweepId === id;
      if (waiting) await waitUntil(bus, isThis, () => isOver(id), waiting);
      return view(await getRow(id));
    },

    trials: async (id, query) => trials.list(await getRow(id), query),
    trial: async (id, number) => trials.get(await getRow(id), number),

    async importance(id) {
      return sweepImportance(await getRow(id), await listTrials(database, id), deps.computeImportance);
    },

    async ensemble(id, wanted, modelId) {
      const ensembleId = await saveBestModels(deps, tenant, await getRow(id), { ...wanted, id: modelId });
      return deps.getModel(tenant, ensembleId);
    },

    async remove(id) {
      const row = await getRow(id);
      const files = await store.remove(id);
      if (files === undefined) throw wrongState(row, 'deleted');
      await checkpoints.removeFiles(files);
    },
  };
}
