import type { Checkpoints } from '../jobs/checkpoints/checkpoints.ts';
import { assertModelQuota } from '../jobs/submission/assertModelQuota.ts';
import { measureCalibration } from '../jobs/submission/calibrationStore.ts';
import type { FindDataset } from '../jobs/submission/check.ts';
import type { Machine } from '../jobs/submission/threadWarnings.ts';
import type { Clock } from '../kit/clock.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { idCursor, toPage } from '../kit/contract/pages.ts';
import { parseInput } from '../kit/contract/validation.ts';
import { decodeCursor, type Page } from '../kit/contract/wire.ts';
import { newId } from '../kit/ids.ts';
import type { Ensembles } from '../models/ensembles/service.ts';
import type { Model } from '../models/schemas.ts';
import { type EventBus, type Notification, type WaitOptions, waitUntil } from '../notifications/bus.ts';
import type { Database } from '../store/database/database.ts';
import type { SweepRow } from '../store/database/tables.ts';
import { createSweepActions, type SweepActions, wrongState } from './actions.ts';
import { type AskAndTell, createAskAndTell } from './external/askAndTell.ts';
import type { SearchCache } from './external/searchCache.ts';
import type { ComputeImportance } from './external/searchWorker.ts';
import { decodeOffset, encodeOffset } from './offsets.ts';
import { paretoFrontNumbers } from './paretoFrontNumbers.ts';
import { previewSweep } from './previewSweep.ts';
import { checkSweep, type SweepChecks } from './request/checkSweep.ts';
import { type Objective, objectivesOf } from './request/objective.ts';
import { sweepRequestSchema } from './request/schema.ts';
import { readSettings } from './request/settings.ts';
import {
  type EnsembleRequest,
  MAX_FRONT_SHOWN,
  type Sweep,
  type SweepImportance,
  type SweepPreview,
  type SweepSummary,
  type SweepsQuery,
  type Trial,
  type TrialsQuery,
} from './schemas.ts';
import { createSweepStore, FINAL_STATES } from './store.ts';
import { sweepImportance } from './sweepImportance.ts';
import { type SweepDetails, type SweepStats, sweepSummary, sweepView, trialView } from './view.ts';

export interface SweepsDeps {
  readonly database: Database;
  readonly findDataset: (id: string, project: string) => ReturnType<FindDataset>;
  readonly checkpoints: Pick<Checkpoints, 'removeFiles'>;
  readonly bus: EventBus;
  readonly machine: Machine;
  /** How many jobs train at once. */
  readonly workers: number;
  readonly searchCache: SearchCache;
  readonly computeImportance: ComputeImportance;
  readonly ensembles: (tenant: Tenant) => Ensembles;
  readonly getModel: (tenant: Tenant, id: string) => Promise<Model>;
  readonly clock: Clock;
}

/** What a tenant can do with its sweeps. Throws ServiceError `sweep_not_found` for an id that is none. */
export interface Sweeps extends SweepActions, AskAndTell {
  /** Starts a search, under that id if one is given. Throws as `checkSweep`, `invalid_request`, `queued_jobs_quota`, and `stored_bytes_quota` where a model would have no room. */
  submit(body: unknown, id?: string): Promise<Sweep>;
  /** What `submit` would start; nothing is run. Throws as it does. */
  preview(body: unknown): Promise<SweepPreview>;
  list(query: SweepsQuery): Promise<Page<SweepSummary>>;
  get(id: string, waiting?: WaitOptions): Promise<Sweep>;
  trials(id: string, query: TrialsQuery): Promise<Page<Trial>>;
  /** Throws `trial_not_found`. */
  trial(id: string, number: string): Promise<Trial>;
  /** Throws `sweep_wrong_state` where too few trials have ended. */
  importance(id: string): Promise<SweepImportance>;
  /** One model of the best trials. Throws `sweep_wrong_state` where fewer than two have a model, and as `Ensembles` does. */
  ensemble(id: string, wanted: EnsembleRequest, modelId?: string): Promise<Model>;
  /** Throws `sweep_wrong_state` when the sweep is not over. */
  remove(id: string): Promise<void>;
}

const WHOLE_NUMBER = /^(0|[1-9]\d{0,8})$/;

export function createSweeps(deps: SweepsDeps, tenant: Tenant): Sweeps {
  const { database, bus, clock, checkpoints } = deps;
  const { project } = tenant;
  const store = createSweepStore(database, project);
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

  async function view(row: SweepRow): Promise<Sweep> {
    const { id } = row;
    const objectives = objectivesOf(readSettings(row.request).objective);
    const [{ goal }] = objectives;
    const isOne = objectives.length === 1;
    const details = {
      ...(await loadStats(id, objectives)),
      front: isOne ? null : await frontOf(id, objectives),
      improvements: await store.improvements(id, goal),
    };
    return sweepView(row, details, clock());
  }

  async function loadStats(id: string, objectives: readonly Objective[]): Promise<SweepStats> {
    const [{ goal }] = objectives;
    const best = objectives.length === 1 ? ((await store.ranked(id, goal, 1))[0] ?? null) : null;
    return { totals: await store.totals(id), best };
  }

  async function summary(row: SweepRow): Promise<SweepSummary> {
    const settings = readSettings(row.request);
    return sweepSummary(row, settings, await loadStats(row.id, objectivesOf(settings.objective)), clock());
  }

  async function frontOf(id: string, objectives: readonly Objective[]): Promise<SweepDetails['front']> {
    const numbers = paretoFrontNumbers(await store.succeeded(id), objectives);
    const first = { states: [], numbers: numbers.slice(0, MAX_FRONT_SHOWN), sort: 'number', order: 'asc' } as const;
    const { rows } = await store.trials(id, { ...first, offset: 0, limit: MAX_FRONT_SHOWN });
    return { size: numbers.length, first: rows };
  }

  async function isOver(id: string): Promise<boolean> {
    const state = await store.state(id);
    return state === undefined || FINAL_STATES.some((final) => final === state);
  }

  const actions = createSweepActions({ ...deps, tenant, getRow, view });
  return {
    ...actions,
    ...createAskAndTell(deps, project),

    async submit(body, givenId) {
      const request = parseInput(sweepRequestSchema, body);
      const { settings, sample } = await checkSweep(request, checks);
      if (sample) await assertModelQuota(database, tenant, sample);
      const now = clock();
      const id = givenId ?? newId('swp', now);
      await store.insert(
        {
          id,
          project,
          name: request.name ?? (sample ? `${sample.dataset.name}-${sample.spec.target}` : 'external'),
          datasetId: sample?.dataset.id ?? null,
          state: 'running',
          request: JSON.stringify(settings),
          endedBy: null,
          error: null,
          ranMs: 0,
          runningSince: now,
          createdAt: now,
          finishedAt: null,
        },
        tenant.quotas.queuedJobs,
      );
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
      for (const row of page.items) items.push(await summary(row));
      return { items, next: page.next };
    },

    async get(id, waiting) {
      const isThis = (item: Notification) => item.kind === 'sweep' && item.sweepId === id;
      if (waiting) await waitUntil(bus, isThis, () => isOver(id), waiting);
      return view(await getRow(id));
    },

    async trials(id, { state: states = [], front, sort, order, after, limit }) {
      const { request } = await getRow(id);
      const offset = after === undefined ? 0 : decodeOffset(after);
      const objectives = objectivesOf(readSettings(request).objective);
      const numbers = front === 'true' ? paretoFrontNumbers(await store.succeeded(id), objectives) : undefined;
      const slice = await store.trials(id, { states, numbers, sort, order, offset, limit });
      return toPage(slice, trialView, () => encodeOffset(offset + slice.rows.length));
    },

    async trial(id, number) {
      await getRow(id);
      const row = WHOLE_NUMBER.test(number) ? await store.trial(id, Number(number)) : undefined;
      if (row === undefined) throw new ServiceError('trial_not_found', `The sweep has no trial '${number}'.`);
      return trialView(row);
    },

    async ensemble(id, { trials, name }, modelId) {
      const row = await getRow(id);
      const [objective] = objectivesOf(readSettings(row.request).objective);
      const best = (await store.ranked(id, objective.goal)).flatMap((trial) => trial.modelId ?? []);
      if (best.length < 2) throw tooFewModels(best.length);
      const members = best.slice(0, trials);
      const named = name ?? `${row.name}-best-${members.length}`;
      const created = await deps.ensembles(tenant).create({ id: modelId, name: named, members });
      return deps.getModel(tenant, created);
    },

    async importance(id) {
      return sweepImportance(await getRow(id), await store.allTrials(id), deps.computeImportance);
    },

    async remove(id) {
      const row = await getRow(id);
      const files = await store.remove(id);
      if (files === undefined) throw wrongState(row, 'deleted');
      await checkpoints.removeFiles(files);
    },
  };
}

function tooFewModels(have: number): ServiceError {
  const detail = `An ensemble takes the models of two trials at least; the sweep has ${have}: ask again when more have succeeded.`;
  return new ServiceError('sweep_wrong_state', detail);
}
