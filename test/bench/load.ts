/**
 * Many concurrent clients: the latency of reads and predictions while every core trains. Errors and
 * growing memory are failures.
 */
import { Agent, request } from 'node:http';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { kindsTable } from '../e2e/crash/trainings.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { call, finishedJob, submitJob } from '../support/client.ts';
import { openLoop } from './openLoop.ts';
import { memoryOf } from './processes.ts';
import type { Row } from './report.ts';

const LOAD = { ratePerSecond: 200, seconds: 60, maxDelayMs: 1000 };
const TRAINED_ROWS = 20_000;
const SAMPLE_MS = 250;
/** Garbage of V8's young generation varies by as much. */
const FLAT_MEGABYTES = 32;

export interface Load {
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** The service refuses requests while its event loop is delayed by more. */
  readonly maxDelayMs: number;
}

export async function benchLoad(): Promise<readonly Row[]> {
  const measured = await loadService(LOAD);
  if (measured.megabytesGrown > FLAT_MEGABYTES)
    throw new Error(`The memory of the API grows: ${JSON.stringify(measured)}`);
  return [measured];
}

/**
 * Throws if a request fails; latencies are only reported, and so is memory growth: it shows in a
 * minute, not in seconds.
 */
export async function loadService({ ratePerSecond, seconds, maxDelayMs }: Load) {
  const service = await startBuiltService(['--max-delay-ms', String(maxDelayMs)]);
  const agent = new Agent({ keepAlive: true });
  try {
    const asked = await prepare(service.address);
    const send = (index: number) => ask(agent, service.address, asked[index % asked.length]);
    const memory = sampleMemory(service);
    const sent = await openLoop({ ratePerSecond, seconds, send });
    const megabytes = memory.end();
    refuseErrors(sent.flatMap(({ error }) => error ?? []));
    const milliseconds = sent.map((one) => one.milliseconds).sort((a, b) => a - b);
    const at = (share: number) => milliseconds[Math.floor(share * (milliseconds.length - 1))];
    return {
      measured: `${ratePerSecond} requests a second for ${seconds} s while ${availableParallelism()} jobs train`,
      requests: sent.length,
      medianMilliseconds: at(0.5),
      p99Milliseconds: at(0.99),
      p999Milliseconds: at(0.999),
      slowestMilliseconds: at(1),
      megabytes: median(megabytes),
      megabytesGrown: growth(megabytes),
    };
  } finally {
    agent.destroy();
    await service.stop();
  }
}

interface Asked {
  readonly path: string;
  /** Of a POST. */
  readonly body?: string;
}

/**
 * Keeps every core busy; returns the requests to send in turn: half of them predictions, and the
 * reads of a page about a training.
 */
async function prepare(address: string): Promise<readonly Asked[]> {
  const upload = { method: 'POST', headers: { 'content-type': 'text/csv' }, body: kindsTable('load', TRAINED_ROWS) };
  const { id: datasetId } = await call(address, '/v1/datasets?name=kinds', upload);
  const { modelId } = await finishedJob(address, { datasetId, target: 'kind', training: { epochs: 2 } });
  const endless = { datasetId, target: 'kind', training: { epochs: 100_000, earlyStopping: null } };
  const jobs = await Promise.all(Array.from({ length: availableParallelism() }, () => submitJob(address, endless)));
  const predict = (length: number): Asked => ({
    path: `/v1/models/${modelId}/predict`,
    body: JSON.stringify({ rows: [{ length, width: 1, height: 2 }] }),
  });
  const reads = [
    `/v1/jobs/${jobs[0].id}`,
    '/v1/jobs?limit=20',
    `/v1/jobs/${jobs[0].id}/losses`,
    `/v1/models/${modelId}`,
  ];
  return [...reads, '/healthz'].flatMap((path, index) => [predict(index), { path }]);
}

/** Resolves with the last byte of the response. Rejects for an error response. */
function ask(agent: Agent, address: string, { path, body }: Asked): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = request(address + path, { agent, headers, method: body === undefined ? 'GET' : 'POST' }, (response) => {
    text(response).then((said) => (response.statusCode === 200 ? resolve() : reject(new Error(said))), reject);
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}

/** Samples the resident memory of the API process from the kernel, until it is stopped. */
function sampleMemory({ process: { pid } }: BuiltService): { end(): readonly number[] } {
  const megabytes: number[] = [];
  const timer = setInterval(() => {
    megabytes.push(memoryOf(pid ?? 0));
  }, SAMPLE_MS);
  return {
    end() {
      clearInterval(timer);
      return megabytes;
    },
  };
}

function refuseErrors(errors: readonly string[]): void {
  if (errors.length > 0) throw new Error(`${errors.length} requests failed, such as: ${errors[0]}`);
}

/** From the second third to the last; in the first one, code is compiled and caches fill. */
function growth(megabytes: readonly number[]): number {
  const third = Math.floor(megabytes.length / 3);
  return median(megabytes.slice(-third)) - median(megabytes.slice(third, 2 * third));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
