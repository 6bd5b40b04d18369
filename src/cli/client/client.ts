import type { Dataset, DatasetRows } from '../../datasets/schemas.ts';
import type { Job, Losses } from '../../jobs/schemas.ts';
import { type Problem, problemSchema } from '../../kit/contract/wire.ts';
import type { PredictResponse } from '../../models/predict/schemas.ts';
import type { Model } from '../../models/schemas.ts';
import type { Sweep, SweepPreview } from '../../sweeps/schemas.ts';
import type { Trial } from '../../sweeps/trials/schemas.ts';
import { RequestError } from '../command/failures.ts';
import type { FileBody } from '../input/input.ts';
import { printable } from '../terminal/printable.ts';

export interface TrialPage {
  readonly items: readonly Trial[];
  readonly next: string | null;
}

/** The public API as the commands use it. Every call throws RequestError. */
export type Client = ReturnType<typeof createClient>;

/** The address of a service and the key for its requests; undefined if it requires none. */
export interface Server {
  readonly url: string;
  readonly key: string | undefined;
}

/** A client of the service. `signal` aborts its open requests. */
export function createClient(server: Server, signal?: AbortSignal) {
  const base = server.url.replace(/\/$/, '');
  const send = (path: string, init: RequestInit = {}) =>
    request(base, path, { ...init, headers: withKey(init.headers, server.key), signal: signal ?? null });
  const get = <Answer>(path: string) => readResponse<Answer>(send(path));
  const post = <Answer>(path: string, body: unknown) => readResponse<Answer>(send(path, jsonBody(body)));
  return {
    server: { ...server, url: base },
    url: base,
    uploadDataset: (body: FileBody, name: string) =>
      readResponse<Dataset>(send(`/v1/datasets?name=${encodeURIComponent(name)}`, fileBody(body))),
    /** `count` rows from row `offset`, as they were uploaded. */
    rows: (datasetId: string, offset: number, count: number) =>
      get<DatasetRows>(`/v1/datasets/${datasetId}/rows?offset=${offset}&limit=${count}`),
    submitJob: (spec: unknown) => post<Job>('/v1/jobs', spec),
    /** The job as soon as its state is final, or its current state after `waitSeconds`. */
    job: (id: string, waitSeconds: number) => get<Job>(`/v1/jobs/${encodeURIComponent(id)}?wait=${waitSeconds}`),
    /** Every epoch of the job. */
    async losses(id: string): Promise<Losses['items']> {
      const items: Losses['items'] = [];
      let after: string | null = '0';
      while (after !== null) {
        const page: Losses = await get<Losses>(`/v1/jobs/${id}/losses?after=${after}`);
        items.push(...page.items);
        after = page.next;
      }
      return items;
    },
    submitSweep: (request: unknown) => post<Sweep>('/v1/sweeps', request),
    previewSweep: (request: unknown) => post<SweepPreview>('/v1/sweeps/preview', request),
    /** The sweep as soon as its state is final, or its current state after `waitSeconds`. */
    sweep: (id: string, waitSeconds: number) => get<Sweep>(`/v1/sweeps/${encodeURIComponent(id)}?wait=${waitSeconds}`),
    /** A page of a sweep's trials, by a query such as `state=running&limit=5`. */
    trials: (id: string, query: string) => get<TrialPage>(`/v1/sweeps/${encodeURIComponent(id)}/trials?${query}`),
    model: (id: string) => get<Model>(`/v1/models/${id}`),
    predictRows: (modelId: string, rows: DatasetRows['items']) =>
      post<PredictResponse>(`/v1/models/${encodeURIComponent(modelId)}/predict`, { rows }),
    /** Predictions for all rows of a file, in the file's format, as a stream. */
    predict: (modelId: string, body: FileBody, spreadsheet: boolean) =>
      send(`/v1/models/${encodeURIComponent(modelId)}/predict?spreadsheet=${spreadsheet}`, fileBody(body)),
  };
}

function withKey(given: RequestInit['headers'], key: string | undefined): Headers {
  const headers = new Headers(given);
  if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
  return headers;
}

function jsonBody(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function fileBody({ mediaType, isGzipped, content }: FileBody): RequestInit {
  const headers = { 'content-type': mediaType, ...(isGzipped && { 'content-encoding': 'gzip' }) };
  // A stream has no length; fetch only sends it in this mode.
  return { method: 'POST', headers, body: content, duplex: 'half' } as RequestInit;
}

/** The service's schemas guarantee the types, so they are not validated again here. */
async function readResponse<Answer>(response: Promise<Response>): Promise<Answer> {
  return (await (await response).json()) as Answer;
}

async function request(base: string, path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(base + path, init).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new RequestError(unreachable(base, error), undefined, { cause: error });
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

function unreachable(url: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') {
    return `No service responds at ${url}. Start one with \`trainyard serve\`, or pass another address with --url.`;
  }
  return `The connection to ${url} broke: ${cause instanceof Error ? cause.message : String(cause)}.`;
}

async function refusalOf(response: Response): Promise<RequestError> {
  const problem = problemSchema.safeParse(parseJson(await response.text()));
  if (problem.success) return new RequestError(problemText(problem.data), problem.data);
  return new RequestError(`${response.url} responded with ${response.status} ${response.statusText}.`);
}

/**
 * The text of a problem document, one line for each issue. Its detail only repeats the first one.
 */
function problemText({ status, title, detail, errors = [] }: Problem): string {
  if (status === 401) return `${title}: pass an API key of the service with --key or TRAINYARD_KEY.`;
  if (errors.length === 0) return `${title}: ${printable(detail)}`;
  return [`${title}:`, ...errors.map(({ path, message }) => `  ${printable(`${path || '/'}: ${message}`)}`)].join('\n');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
