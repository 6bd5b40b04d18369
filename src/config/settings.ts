import { availableParallelism, totalmem } from 'node:os';
import { z } from 'zod';

interface Setting<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly valueName: string;
  readonly help: string;
}

function setting<Schema extends z.ZodType>(schema: Schema, valueName: string, help: string): Setting<Schema> {
  return { schema, valueName, help };
}

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const yesOrNo = z.stringbool();

/**
 * Share of the memory of the machine or container. The rest is for the API, the database's cache
 * and the error of estimates.
 */
const SHARE_OF_JOBS = 0.7;
/** 1.5 times the memory of an API whose cache of models is full. */
const MIN_API_BYTES = 1.5 * 2 ** 30;

/** In bytes. An unconstrained process has an extremely large limit. */
const machineMemory = () => Math.min(totalmem(), process.constrainedMemory());

/**
 * Every setting of the service, with its default: the flag is `--kebab-case`, the environment
 * variable `TRAINYARD_SNAKE_CASE`.
 */
export const SERVICE_SETTINGS = {
  host: setting(z.string().min(1).default('127.0.0.1'), 'ADDRESS', 'address to listen on'),
  port: setting(wholeNumber(0, 65_535).default(8080), 'PORT', 'port to listen on; 0 selects a free one'),
  data: setting(
    z.string().min(1).default('./data'),
    'FOLDER',
    'folder of the database, datasets, models and checkpoints',
  ),
  role: setting(
    z.enum(['all', 'api', 'worker']).default('all'),
    'all|api|worker',
    'which parts of the service this process runs',
  ),
  workers: setting(
    wholeNumber(1, 1024).default(() => availableParallelism()),
    'N',
    'number of jobs that train at once (default: number of cores)',
  ),
  kernels: setting(
    z.enum(['auto', 'native', 'wasm', 'reference']).default('auto'),
    'auto|native|wasm|reference',
    'compute kernels (default: the fastest that this machine supports)',
  ),
  jobMemoryBytes: setting(
    wholeNumber(2 ** 20, Number.MAX_SAFE_INTEGER).default(() => Math.floor(SHARE_OF_JOBS * machineMemory())),
    'BYTES',
    'memory limit of all running jobs together, and of each alone (default: 70 % of the memory of the machine)',
  ),
  checkpointSeconds: setting(
    z.coerce.number().min(0.01).max(86_400).default(10),
    'SECONDS',
    'interval between checkpoints of a running job; a crash loses at most the work since the last one',
  ),
  maxUploadBytes: setting(
    wholeNumber(1, Number.MAX_SAFE_INTEGER).default(8 * 2 ** 30),
    'BYTES',
    'maximum size of an upload, decompressed',
  ),
  maxIngestSeconds: setting(wholeNumber(1, 86_400).default(600), 'SECONDS', 'maximum time to read an upload'),
  maxIngestions: setting(
    wholeNumber(1, 64).default(3),
    'N',
    'number of uploads read at once; one project reads at most one fewer, so that it cannot block the others',
  ),
  maxWaitingIngestions: setting(
    wholeNumber(0, 100_000).default(64),
    'N',
    'maximum number of uploads that one project may have in the queue; more get 503',
  ),
  maxExpansion: setting(
    wholeNumber(1, 1_000_000).default(200),
    'TIMES',
    'maximum decompression ratio of a body, beyond the first 64 MiB',
  ),
  maxRows: setting(wholeNumber(1, 2 ** 31 - 1).default(100_000_000), 'N', 'maximum number of rows of a dataset'),
  maxColumns: setting(
    wholeNumber(1, 1_000_000).default(10_000),
    'N',
    'maximum number of columns of a dataset; a JSON object may have the same number of members, or 1000 if that is more',
  ),
  maxColumnNameLength: setting(
    wholeNumber(1, 100_000).default(1000),
    'N',
    'maximum number of characters in a column name of a dataset',
  ),
  maxCellBytes: setting(
    wholeNumber(1024, 2 ** 28).default(2 ** 20),
    'BYTES',
    'maximum size of a dataset cell, as UTF-8 text',
  ),
  // 10,000 columns of 1,600 bytes. Each reading thread needs memory for some lines of this size.
  maxLineBytes: setting(
    wholeNumber(2 ** 16, 2 ** 28).default(16 * 2 ** 20),
    'BYTES',
    'maximum length of a line of CSV, TSV or NDJSON, and of an object in a JSON array',
  ),
  maxJsonBytes: setting(wholeNumber(1024, 2 ** 29).default(16 * 2 ** 20), 'BYTES', 'maximum size of a JSON body'),
  maxJsonDepth: setting(
    wholeNumber(8, 10_000).default(64),
    'N',
    'maximum nesting of arrays and objects in a JSON body',
  ),
  maxJsonValues: setting(
    wholeNumber(1000, 1e9).default(1_000_000),
    'N',
    'maximum number of values in a JSON body with rows',
  ),
  maxJsonValuesWithoutRows: setting(
    wholeNumber(1000, 1e9).default(50_000),
    'N',
    'maximum number of values in any other JSON body, such as a job request',
  ),
  maxHeadersSeconds: setting(
    z.coerce.number().positive().max(3600).default(15),
    'SECONDS',
    'time limit for a client to send the headers of a request',
  ),
  maxRequestSeconds: setting(
    z.coerce.number().positive().max(86_400).default(1800),
    'SECONDS',
    'time limit for a client to send a whole request',
  ),
  minBytesPerSecond: setting(
    wholeNumber(0, 2 ** 30).default(1024),
    'BYTES',
    'minimum speed of a request body, in bytes a second',
  ),
  bodyWindowSeconds: setting(
    z.coerce.number().positive().max(3600).default(15),
    'SECONDS',
    'period over which the speed of a body is averaged; a client may lose its connection for that long',
  ),
  maxStalledSeconds: setting(
    z.coerce.number().min(30).max(86_400).default(120),
    'SECONDS',
    'a response is aborted when its client has read nothing for this long; a stream of events can be resumed',
  ),
  maxConnections: setting(
    wholeNumber(1, 1_000_000).default(4096),
    'N',
    'maximum number of open connections; further ones are closed',
  ),
  maxAddressConnections: setting(
    wholeNumber(1, 1_000_000).default(2048),
    'N',
    'maximum number of open connections from one address',
  ),
  maxBufferedBytes: setting(
    wholeNumber(2 ** 20, Number.MAX_SAFE_INTEGER).default(512 * 2 ** 20),
    'BYTES',
    'memory limit of all JSON bodies being received, and of all large responses that wait for slow readers; more get 503',
  ),
  maxApiMemoryBytes: setting(
    wholeNumber(2 ** 26, Number.MAX_SAFE_INTEGER).default(() =>
      Math.floor(Math.max(MIN_API_BYTES, (1 - SHARE_OF_JOBS) * machineMemory())),
    ),
    'BYTES',
    'memory limit of the API; above it requests get 503 (default: what jobs leave free)',
  ),
  maxDelayMs: setting(
    wholeNumber(10, 60_000).default(1000),
    'MILLISECONDS',
    'maximum delay of the event loop of the API, averaged over a second; above it requests get 503',
  ),
  maxStreams: setting(wholeNumber(1, 100_000).default(1000), 'N', 'maximum number of open event streams'),
  maxProjectStreams: setting(
    wholeNumber(1, 100_000).default(500),
    'N',
    'maximum number of open event streams of one project',
  ),
  retainJobsDays: setting(
    z.coerce.number().min(0).optional(),
    'DAYS',
    'how long finished jobs are retained, with their losses (default: forever)',
  ),
  deleteModelsWithJobs: setting(
    yesOrNo.default(false),
    '',
    'with --retain-jobs-days: also delete the models of these jobs, except those with an alias',
  ),
  retainEventsDays: setting(
    z.coerce.number().min(0).default(30),
    'DAYS',
    'how long the events of finished jobs are retained; their losses and final states stay',
  ),
  retainCheckpointsDays: setting(
    z.coerce.number().min(0).default(30),
    'DAYS',
    'how long the checkpoints of finished jobs are retained; extending or retrying a job needs one',
  ),
  requestsPerSecond: setting(
    z.coerce.number().min(0.001).optional(),
    'N',
    'rate limit of each key that has no limit of its own, in requests a second (default: unlimited)',
  ),
  maxFailedKeysPerMinute: setting(
    wholeNumber(1, 1_000_000).default(60),
    'N',
    'maximum number of requests a minute with a missing or invalid key from one address; more get 429',
  ),
  allowPrivateWebhooks: setting(
    yesOrNo.default(false),
    '',
    'allow webhooks to call this machine and private networks, and to use HTTP',
  ),
  shutdownSeconds: setting(
    z.coerce.number().min(1).max(3600).default(15),
    'SECONDS',
    'time limit for checkpoints and open requests when the service stops; a second signal ends it at once',
  ),
  metricsPort: setting(
    wholeNumber(0, 65_535).optional(),
    'PORT',
    'with --role worker: port of GET /metrics and /healthz, which need no key; 0 selects a free one (default: none)',
  ),
  metricsHost: setting(z.string().min(1).default('127.0.0.1'), 'ADDRESS', 'address of --metrics-port'),
  otlpEndpoint: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'URL',
    'URL that traces are sent to, as OTLP/HTTP in JSON, such as http://localhost:4318 (default: none)',
  ),
  logLevel: setting(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    'fatal|error|warn|info|debug|silent',
    'minimum severity of logged messages',
  ),
  allowRemoteWithoutKeys: setting(
    yesOrNo.default(false),
    '',
    'without keys, also accept requests from other machines: anyone who can reach the port may do anything',
  ),
} as const;

export const CLIENT_SETTINGS = {
  url: setting(z.url().default('http://127.0.0.1:8080'), 'URL', 'address of a running service'),
  key: setting(
    z.string().min(1).optional(),
    'KEY',
    'API key, if the service requires one; preferably set as the variable',
  ),
} as const;

export type Settings = Readonly<Record<string, Setting<z.ZodType>>>;
