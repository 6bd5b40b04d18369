import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createKeys } from '../../src/access/keys.ts';
import { createProjects } from '../../src/access/projects.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import { SERVICE_SETTINGS } from '../../src/config/settings.ts';
import { DEFAULT_PROJECT, type Scope } from '../../src/kit/contract/caller.ts';
import { newId } from '../../src/kit/ids.ts';
import { insertReport } from '../../src/models/reports/transitions.ts';
import { startService } from '../../src/server/api.ts';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { HTTP_LIMITS } from '../support/access.ts';

const ROOT = { project: DEFAULT_PROJECT };
/**
 * Tests of access fail more often than normal clients; and a busy machine is not an overload of the
 * service.
 */
const PATIENT = { maxFailedKeysPerMinute: 1_000_000, maxDelayMs: HTTP_LIMITS.maxDelayMs };

/** A service with only its API, on a data folder that the test reads like another process. */
export async function openService(settings: Partial<Config> = {}) {
  const data = mkdtempSync(join(tmpdir(), 'trainyard-access-'));
  const { config } = readConfig(SERVICE_SETTINGS, ['--role', 'api', '--port', '0', '--data', data], {}, {});
  const service = await startService({ ...config, ...PATIENT, ...settings }, pino({ level: 'silent' }));
  const database = openDatabase(join(data, 'trainyard.sqlite'));
  const keys = createKeys({ database, clock: Date.now });
  const projects = createProjects({ database, clock: Date.now });
  return {
    address: service.address,
    data,
    database,
    keys,
    projects,
    makeKey: async (scopes: readonly Scope[], project = DEFAULT_PROJECT) =>
      keys.create(ROOT, { name: 'test', scopes: [...scopes], project }, { force: true }),
    makeProject: (name: string, quotas = {}) => projects.create(ROOT, { name, quotas }),
    ask: (path: string, key: string | undefined, init: RequestInit = {}) => ask(service.address, path, key, init),
    async stop() {
      await service.stop();
      await database.destroy();
      rmSync(data, { recursive: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: () => { readonly [field: string]: unknown };
}

async function ask(address: string, path: string, key: string | undefined, init: RequestInit): Promise<Answer> {
  // One id for all, so that responses can be compared as texts.
  const headers = new Headers({ 'x-request-id': 'test', ...init.headers });
  if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
  const response = await fetch(address + path, { ...init, headers });
  const text = await textOf(response);
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

/** A stream of events has no end to wait for. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text();
  await response.body?.cancel();
  return '';
}

export function jsonBody(body: unknown, method = 'POST'): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** One dataset, job, model and alias of a project, as rows. */
export async function insertThings(database: Database, project: string) {
  const [datasetId, jobId, modelId] = [newId('ds'), newId('job'), newId('mdl')];
  const about = { project, name: 'theirs', createdAt: 0 };
  await database
    .insertInto('datasets')
    .values({
      ...about,
      id: datasetId,
      state: 'failed',
      bytes: 7,
      sha256: 'a',
      columns: '[]',
      warnings: '[]',
      error: FAILURE,
    })
    .execute();
  await database
    .insertInto('jobs')
    .values({ ...about, ...JOB, id: jobId, datasetId, state: 'failed', error: FAILURE, finishedAt: 1 })
    .execute();
  const model = { id: modelId, jobId, datasetId, task: 'binary', target: 'y', description: '{}', sha256: '' } as const;
  await database
    .insertInto('models')
    .values({ ...about, ...model })
    .execute();
  await database.insertInto('aliases').values({ project, name: 'champion', modelId, updatedAt: 0 }).execute();
  const webhookId = newId('whk');
  await database
    .insertInto('webhooks')
    .values({ id: webhookId, project, url: 'https://example.com/', events: '[]', secret: 'whsec_', createdAt: 0 })
    .execute();
  const sweepId = newId('swp');
  await database
    .insertInto('sweeps')
    .values({ ...about, id: sweepId, state: 'paused', request: '{}', ranMs: 0 })
    .execute();
  const reportId = newId('rpt');
  const report = { project, id: reportId, kind: 'evaluation', key: 'a', request: '{}', datasetId, createdAt: 0 };
  await insertReport(database, report, [modelId]);
  return { datasetId, jobId, modelId, alias: 'champion', webhookId, sweepId, reportId };
}

const FAILURE = '{"code":"internal_error","message":""}';
const JOB = { priority: 0, request: '{}', memoryBytes: 0, warnings: '[]', attempts: 0, crashes: 0 } as const;
