/**
 * Predictions of adult over HTTP, by a network of 256 and 128 units and by the ensemble of an
 * effort: rows a CPU second of the API in each format, and the latency of one row.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { call, finishedJob } from '../support/client.ts';
import { hasSharedData, SHARED_DATA } from '../support/sharedData.ts';
import { cpuSecondsOf } from './processes.ts';
import type { Row } from './report.ts';
import { timesOf } from './rounds.ts';

export interface PredictOptions {
  /** A data folder whose models of adult are measured; undefined: both are trained. */
  readonly data?: string | undefined;
  readonly effort?: string | undefined;
}

/** Rows of a body. Ticks of CPU time are 10 ms. */
const ROWS = 40_000;
const ROUNDS = 5;
const SINGLE_ROWS = 2000;
const NUMBERS = new Set(['age', 'fnlwgt', 'education-num', 'capital-gain', 'capital-loss', 'hours-per-week']);

interface Body {
  readonly type: string;
  readonly text: string;
}

export async function benchPredict({ data, effort = 'standard' }: PredictOptions): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not next to this checkout: no predictions measured.');
    return [];
  }
  const service = await startBuiltService([], data);
  const agent = new Agent({ keepAlive: true });
  try {
    if (data === undefined) await trainBoth(service.address, effort);
    const rows: Row[] = [];
    for (const model of await modelsOf(service.address)) rows.push(...(await measure(service, agent, model)));
    return rows;
  } finally {
    agent.destroy();
    await service.stop();
  }
}

async function trainBoth(address: string, effort: string): Promise<void> {
  const { id: datasetId } = await call(address, '/v1/datasets?name=adult', {
    method: 'POST',
    headers: { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
    body: readFileSync(join(SHARED_DATA, 'adult/adult.csv.gz')),
  });
  const network = { layers: [{ units: 256 }, { units: 128 }] };
  await finishedJob(address, { datasetId, target: 'income', network, training: { epochs: 2 } });
  await finishedJob(address, { datasetId, target: 'income', effort });
}

interface MeasuredModel {
  readonly id: string;
  readonly snapshots: readonly unknown[] | null;
  readonly multiplyAddsPerRow: number;
}

async function modelsOf(address: string): Promise<readonly MeasuredModel[]> {
  const response = await fetch(`${address}/v1/models`);
  const { items } = (await response.json()) as { readonly items: readonly MeasuredModel[] };
  return items.toReversed();
}

async function measure(service: BuiltService, agent: Agent, model: MeasuredModel): Promise<readonly Row[]> {
  const { id, snapshots, multiplyAddsPerRow } = model;
  const url = `${service.address}/v1/models/${id}/predict`;
  const shown = { networks: snapshots?.length ?? 1, multiplyAddsPerRow };
  const { bulk, one } = bodies();
  const rows: Row[] = [];
  for (const body of bulk) rows.push({ ...shown, body: body.type, ...(await measureBulk(service, agent, url, body)) });
  await oneByOne(agent, url, one);
  const { median, fastest } = timesOf(await oneByOne(agent, url, one));
  return [...rows, { ...shown, body: 'one row of JSON', medianMs: median, fastestMs: fastest }];
}

/** The first round warms up. */
async function measureBulk({ process: { pid = 0 } }: BuiltService, agent: Agent, url: string, body: Body) {
  const perSecond: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = cpuSecondsOf(pid);
    await send(agent, url, body);
    if (round > 0) perSecond.push(ROWS / (cpuSecondsOf(pid) - before));
  }
  return { rowsPerCpuSecond: timesOf(perSecond).median, most: Math.max(...perSecond) };
}

async function oneByOne(agent: Agent, url: string, body: Body): Promise<readonly number[]> {
  const milliseconds: number[] = [];
  for (let i = 0; i < SINGLE_ROWS; i++) {
    const start = performance.now();
    await send(agent, url, body);
    milliseconds.push(performance.now() - start);
  }
  return milliseconds;
}

function bodies(): { readonly bulk: readonly Body[]; readonly one: Body } {
  const lines = gunzipSync(readFileSync(join(SHARED_DATA, 'adult/adult.csv.gz')))
    .toString()
    .split('\n')
    .slice(0, ROWS + 1);
  const names = lines[0].split(',');
  const rows = lines
    .slice(1)
    .map((line) => Object.fromEntries(line.split(',').map((cell, i) => cellOf(names[i], cell))));
  const json = (some: readonly unknown[]) => ({ type: 'application/json', text: JSON.stringify({ rows: some }) });
  return {
    bulk: [
      json(rows),
      { type: 'text/csv', text: `${lines.join('\n')}\n` },
      { type: 'application/x-ndjson', text: rows.map((row) => `${JSON.stringify(row)}\n`).join('') },
    ],
    one: json(rows.slice(0, 1)),
  };
}

function cellOf(name: string, cell: string): [string, string | number] {
  return [name, NUMBERS.has(name) && cell !== '' ? Number(cell) : cell];
}

/** Resolves with the last byte of the response. Rejects for an error response. */
function send(agent: Agent, url: string, { type, text: body }: Body): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
  const sent = request(url, { agent, method: 'POST', headers }, (response) => {
    text(response).then((said) => (response.statusCode === 200 ? resolve() : reject(new Error(said))), reject);
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}
