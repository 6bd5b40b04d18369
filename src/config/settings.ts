import { availableParallelism, totalmem } from 'node:os';
import { z } from 'zod';

interface Setting<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly takes: string;
  readonly help: string;
}

function setting<Schema extends z.ZodType>(schema: Schema, takes: string, help: string): Setting<Schema> {
  return { schema, takes, help };
}

const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const yesOrNo = z.stringbool();

/**
 * Of the machine's or container's memory; the rest is for the API, the database's cache and what
 * estimates miss.
 */
const SHARE_OF_JOBS = 0.7;
/** What the API takes with its cache of models full, and half of that again. */
const LEAST_API_BYTES = 1.5 * 2 ** 30;

/** In bytes; an unconstrained process is told an absurdly large limit. */
const machineMemory = () => Math.min(totalmem(), process.constrainedMemory());

/**
 * Every setting of the service, with its default: the flag is `--kebab-case`, the environment
 * variable `TRAINYARD_SNAKE_CASE`.
 */
export const SERVICE_SETTINGS = {
  host: setting(z.string().min(1).default('127.0.0.1'), 'ADDRESS', 'the address to listen on'),
  port: setting(wholeNumber(0, 65_535).default(8080), 'PORT', 'the port; 0 takes a free one'),
  data: setting(z.string().min(1).default('./data'), 'FOLDER', 'where everything is kept'),
  role: setting(z.enum(['all', 'api', 'worker']).default('all'), 'all|api|worker', 'what this process does'),
  workers: setting(
    wholeNumber(1, 1024).default(() => availableParallelism()),
    'N',
    'how many jobs train at once; as many as cores by default',
  ),
  kernels: setting(
    z.enum(['auto', 'native', 'wasm', 'reference']).default('auto'),
    'auto|native|wasm|reference',
    'which kernels do the arithmetic; the fastest that this machine has by default',
  ),
  jobMemoryBytes: setting(
    wholeNumber(2 ** 20, Number.MAX_SAFE_INTEGER).default(() => Math.floor(SHARE_OF_JOBS * machineMemory())),
    'BYTES',
    'what the jobs that run may take of memory together, and one alone at most; 70 % of the machine by default',
  ),
  checkpointSeconds: setting(
    z.coerce.number().min(0.01).max(86_400).default(10),
    'SECONDS',
    'how often the state of a running job is kept, so that little is lost with its process',
  ),
  maxUploadBytes: setting(
    wholeNumber(1, Number.MAX_SAFE_INTEGER).default(8 * 2 ** 30),
    'BYTES',
    'the largest upload, unpacked',
  ),
  maxIngestSeconds: setting(wholeNumber(1, 86_400).default(600), 'SECONDS', 'how long reading an upload may take'),
  maxIngestions: setting(
    wholeNumber(1, 64).default(3),
    'N',
    'how many uploads are read at once; one project reads at most one fewer, so that its uploads never block others',
  ),
  maxWaitingIngestions: setting(
    wholeNumber(0, 100_000).default(64),
    'N',
    'how many uploads of one project may wait to be read; more are answered 503',
  ),
  maxExpansion: setting(
    wholeNumber(1, 1_000_000).default(200),
    'TIMES',
    'how many times as large a body may become when it is unpacked, beyond the first 64 MiB',
  ),
  maxRows: setting(wholeNumber(1, 2 ** 31 - 1).default(100_000_000), 'N', 'the most rows of a dataset'),
  maxColumns: setting(
    wholeNumber(1, 1_000_000).default(10_000),
    'N',
    'the most columns of a dataset; an object of JSON may have as many members, or 1000',
  ),
  maxColumnNameLength: setting(
    wholeNumber(1, 100_000).default(1000),
    'N',
    "how many characters the name of a dataset's column may have",
  ),
  maxCellBytes: setting(
    wholeNumber(1024, 2 ** 28).default(2 ** 20),
    'BYTES',
    'the largest cell of a dataset, as text in UTF-8',
  ),
  // 10,000 columns of 1,600 bytes; the memory for reading holds some lines of this size for each
  // thread.
  maxLineBytes: setting(
    wholeNumber(2 ** 16, 2 ** 28).default(16 * 2 ** 20),
    'BYTES',
    'the longest line of CSV, TSV and NDJSON, and the largest object of a JSON array',
  ),
  maxJsonBytes: setting(wholeNumber(1024, 2 ** 29).default(16 * 2 ** 20), 'BYTES', 'the largest body of JSON'),
  maxJsonDepth: setting(
    wholeNumber(8, 10_000).default(64),
    'N',
    'how many arrays and objects a body of JSON may have within one another',
  ),
  maxJsonValues: setting(
    wholeNumber(1000, 1e9).default(1_000_000),
    'N',
    'how many values a body of JSON with rows may have in all',
  ),
  maxJsonValuesWithoutRows: setting(
    wholeNumber(1000, 1e9).default(50_000),
    'N',
    'how many values any other body of JSON may have in all, such as the request of a job',
  ),
  maxHeadersSeconds: setting(
    z.coerce.number().positive().max(3600).default(15),
    'SECONDS',
    'how long a client may take to send the headers of a request',
  ),
  maxRequestSeconds: setting(
    z.coerce.number().positive().max(86_400).default(1800),
    'SECONDS',
    'how long a client may take to send a whole request',
  ),
  minBytesPerSecond: setting(
    wholeNumber(0, 2 ** 30).default(1024),
    'BYTES',
    'the slowest that a client may send the body of a request, in bytes a second',
  ),
  bodyWindowSeconds: setting(
    z.coerce.number().positive().max(3600).default(15),
    'SECONDS',
    'over how long the speed of a body is measured: a client without a connection for a moment gets that long',
  ),
  maxStalledSeconds: setting(
    z.coerce.number().min(30).max(86_400).default(120),
    'SECONDS',
    'an answer is broken off when its client has taken nothing of it for so long; a stream of events can be gone on with',
  ),
  maxConnections: setting(
    wholeNumber(1, 1_000_000).default(4096),
    'N',
    'how many connections may be open at once; more are closed as they come',
  ),
  maxAddressConnections: setting(
    wholeNumber(1, 1_000_000).default(2048),
    'N',
    'how many of them one address may have, so that it leaves some to others',
  ),
  maxHeldBytes: setting(
    wholeNumber(2 ** 20, Number.MAX_SAFE_INTEGER).default(512 * 2 ** 20),
    'BYTES',
    'what all bodies of JSON on their way may be together, and all large answers that wait for slow readers; more are answered 503',
  ),
  maxApiMemoryBytes: setting(
    wholeNumber(2 ** 26, Number.MAX_SAFE_INTEGER).default(() =>
      Math.floor(Math.max(LEAST_API_BYTES, (1 - SHARE_OF_JOBS) * machineMemory())),
    ),
    'BYTES',
    'beyond so much memory the API answers 503 until it takes less; what the jobs leave of the machine by default',
  ),
  maxDelayMs: setting(
    wholeNumber(10, 60_000).default(1000),
    'MILLISECONDS',
    'the API answers 503 while it comes later than this to its work, on average over a second',
  ),
  maxStreams: setting(wholeNumber(1, 100_000).default(1000), 'N', 'how many event streams may be open at once'),
  maxProjectStreams: setting(
    wholeNumber(1, 100_000).default(500),
    'N',
    'how many event streams one project may have open at once',
  ),
  keepJobsDays: setting(
    z.coerce.number().min(0).optional(),
    'DAYS',
    'how long jobs are kept that have come to their end, with their losses; for ever by default',
  ),
  deleteModelsWithJobs: setting(
    yesOrNo.default(false),
    '',
    'with --keep-jobs-days: delete the models of such jobs too, but for those that an alias names',
  ),
  keepEventsDays: setting(
    z.coerce.number().min(0).default(30),
    'DAYS',
    'how long the events of jobs are kept that have come to their end; their losses and final states stay',
  ),
  keepCheckpointsDays: setting(
    z.coerce.number().min(0).default(30),
    'DAYS',
    'how long the checkpoints of such jobs are kept, from which they can be extended or tried again',
  ),
  requestsPerSecond: setting(
    z.coerce.number().min(0.001).optional(),
    'N',
    'how many requests a second each key may make that has no limit of its own; as many as it likes by default',
  ),
  maxFailedKeysPerMinute: setting(
    wholeNumber(1, 1_000_000).default(60),
    'N',
    'how many requests a minute without a good key one address may make before they are answered 429',
  ),
  allowPrivateWebhooks: setting(
    yesOrNo.default(false),
    '',
    'let webhooks call this machine and private networks, and over HTTP',
  ),
  shutdownSeconds: setting(
    z.coerce.number().min(1).max(3600).default(15),
    'SECONDS',
    'how long checkpoints and open requests have when the service is told to stop; a second signal ends it at once',
  ),
  metricsPort: setting(
    wholeNumber(0, 65_535).optional(),
    'PORT',
    'with --role worker: where GET /metrics and /healthz are answered, to whoever comes; 0 takes a free one; nowhere by default',
  ),
  metricsHost: setting(z.string().min(1).default('127.0.0.1'), 'ADDRESS', 'the address of --metrics-port'),
  otlpEndpoint: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'URL',
    'where traces are sent, over OTLP/HTTP in JSON: http://localhost:4318; nowhere by default',
  ),
  logLevel: setting(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    'fatal|error|warn|info|debug|silent',
    'how much is logged',
  ),
  allowRemoteWithoutKeys: setting(
    yesOrNo.default(false),
    '',
    'without keys, answer whoever comes, also from other machines: anybody who reaches the port may do anything',
  ),
} as const;

export const CLIENT_SETTINGS = {
  url: setting(z.url().default('http://127.0.0.1:8080'), 'URL', 'the address of a running service'),
  key: setting(
    z.string().min(1).optional(),
    'KEY',
    'an API key of the service, where it wants one; best given as the variable',
  ),
} as const;

export type Settings = Readonly<Record<string, Setting<z.ZodType>>>;
