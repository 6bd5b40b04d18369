import type { Job, Losses } from '../jobs/schemas.ts';
import { problemSchema } from '../kit/wire.ts';
import { formatOf, openFile } from './files.ts';
import type { Dataset, Model, Predictions, Row, Rows } from './resources.ts';

/** Node asks for this beside a body that is a stream; the DOM's types do not know it. */
const STREAMED = { duplex: 'half' } as const;

/** The service refused, or did not answer; the message is for a person and may have several lines. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/** The public API as the commands use it. Every call throws RequestError. */
export type Client = ReturnType<typeof createClient>;

/** A client of the service at `url`; `signal` gives up what is under way. */
export function createClient(url: string, signal?: AbortSignal) {
  const get = <Answer>(path: string) => answerOf<Answer>(request(url, path, { signal: signal ?? null }));
  const post = <Answer>(path: string, body: unknown) =>
    answerOf<Answer>(request(url, path, { ...jsonBody(body), signal: signal ?? null }));
  return {
    url,
    /** Streams the file from disk. Throws ConfigurationError for a name that tells no format. */
    async uploadDataset(file: string, name: string): Promise<Dataset> {
      const { mediaType, isGzipped } = formatOf(file);
      const headers = { 'content-type': mediaType, ...(isGzipped && { 'content-encoding': 'gzip' }) };
      const body = await openFile(file);
      const path = `/v1/datasets?name=${encodeURIComponent(name)}`;
      return answerOf(request(url, path, { method: 'POST', headers, body, signal: signal ?? null }));
    },
    /** `count` rows from row `offset` on, as they were uploaded. */
    rows: (datasetId: string, offset: number, count: number) =>
      get<Rows>(`/v1/datasets/${datasetId}/rows?offset=${offset}&limit=${count}`),
    submitJob: (spec: unknown) => post<Job>('/v1/jobs', spec),
    /** The job as soon as its state is final, or as it is after `waitSeconds`. */
    job: (id: string, waitSeconds: number) => get<Job>(`/v1/jobs/${id}?wait=${waitSeconds}`),
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
    model: (id: string) => get<Model>(`/v1/models/${id}`),
    predictRows: (modelId: string, rows: readonly Row[]) =>
      post<Predictions>(`/v1/models/${encodeURIComponent(modelId)}/predict`, { rows }),
    /** Predictions for a whole body, in the format that it came in, as they are made. */
    predict: (modelId: string, mediaType: string, body: Blob | ReadableStream) =>
      request(url, `/v1/models/${encodeURIComponent(modelId)}/predict`, {
        method: 'POST',
        headers: { 'content-type': mediaType },
        body,
        signal: signal ?? null,
        ...STREAMED,
      }),
  };
}

/** Asks for a job's end; with a limit of its own, as it is called when all else is given up. */
export async function cancelJob(url: string, id: string, timeoutMs: number): Promise<void> {
  await request(url, `/v1/jobs/${id}/cancel`, { method: 'POST', signal: AbortSignal.timeout(timeoutMs) });
}

function jsonBody(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The types are the service's own promise, held by its schemas; they are not checked a second time here. */
async function answerOf<Answer>(response: Promise<Response>): Promise<Answer> {
  return (await (await response).json()) as Answer;
}

async function request(url: string, path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(new URL(path, url), init).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new RequestError(unreachable(url, error), { cause: error });
  });
  if (!response.ok) throw new RequestError(await problemText(response));
  return response;
}

function unreachable(url: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') {
    return `No service answers at ${url}: start one with \`trainyard serve\`, or name another with --url.`;
  }
  return `The connection to ${url} broke: ${cause instanceof Error ? cause.message : String(cause)}.`;
}

/** What a problem document says, a line for each mistake. */
async function problemText(response: Response): Promise<string> {
  const text = await response.text();
  const problem = problemSchema.safeParse(parseJson(text));
  if (!problem.success) return `${response.url} answered ${response.status} ${response.statusText}.`;
  const { title, detail, errors = [] } = problem.data;
  return [`${title}: ${detail}`, ...errors.map(({ path, message }) => `  ${path || '/'}: ${message}`)].join('\n');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
