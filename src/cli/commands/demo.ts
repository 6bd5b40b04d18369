import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, readConfig, withAbsoluteData } from '../../config/config.ts';
import { SERVICE_SETTINGS } from '../../config/settings.ts';
import type { DatasetRows } from '../../datasets/schemas.ts';
import { createErrorLog } from '../../kit/log.ts';
import { startService } from '../../server/api.ts';
import { type Client, createClient } from '../client/client.ts';
import { type Command, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, positionalsOf } from '../command/command.ts';
import { interruptSignal } from '../command/interrupt.ts';
import { openInput } from '../input/input.ts';
import { predictionsReport } from '../output/demoReport.ts';
import { failureReport, lossReport, metricsReport } from '../output/report.ts';
import { processTerminal, type Terminal } from '../terminal/terminal.ts';
import { DEMO_SETTINGS } from './demoSettings.ts';
import { followJob, submitJob, uploadTable } from './trainingRun.ts';

/** The same path from `src/cli` and from `dist/cli`. */
const EXAMPLE = fileURLToPath(new URL('../../../src/cli/example/telco_churn.csv.gz', import.meta.url));
const TARGET = 'Churn';
/**
 * The last rows of the table are the test rows, so it is known which rows the network has never
 * seen.
 */
const SPEC = {
  name: 'demo',
  target: TARGET,
  features: { exclude: ['customerID'] },
  split: { method: 'ordered', validation: 0.15, test: 0.15 },
  ensemble: null,
};
const PREDICTED_ROWS = 8;

const FLAGS = {
  exit: { type: 'boolean', valueName: '', help: 'exit after the demo instead of leaving the service running' },
} as const;

export const demoCommand: Command = {
  name: 'demo',
  summary: 'run the whole workflow on a real table, from upload to predictions',
  usage: '[--exit] [flags]',
  settings: DEMO_SETTINGS,
  writesData: true,
  flags: FLAGS,
  run: (args) => demo(args, processTerminal(), interruptSignal()),
};

/** The demo is the only client, so the service is never overloaded, even on a busy machine. */
const NO_DELAY_LIMIT = { maxDelayMs: Number.POSITIVE_INFINITY };

/**
 * Starts a service, trains on the example and leaves the service running until `interrupted`, or
 * stops it with `--exit`.
 */
async function demo(args: readonly string[], terminal: Terminal, interrupted: AbortSignal): Promise<number> {
  const { config, flags, positionals } = readConfig(DEMO_SETTINGS, args, FLAGS);
  positionalsOf(positionals, []);
  const staysOpen = flags.exit !== true;
  const defaults = readConfig(SERVICE_SETTINGS, [], {}, {}).config;
  const { key, ...given } = config;
  const run = (data: string) =>
    runDemo(
      { config: withAbsoluteData({ ...defaults, ...given, data, ...NO_DELAY_LIMIT }), key, staysOpen },
      terminal,
      interrupted,
    );
  if (config.data !== undefined) return run(config.data);
  const data = await mkdtemp(join(tmpdir(), 'trainyard-demo-'));
  try {
    return await run(data);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

interface DemoRun {
  readonly config: Config;
  /** A key of the data folder, if it has keys. */
  readonly key: string | undefined;
  /** Whether the service continues to run after the demo. */
  readonly staysOpen: boolean;
}

async function runDemo(
  { config, key, staysOpen }: DemoRun,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<number> {
  const service = await startService(config, createErrorLog(config.logLevel));
  const { address } = service;
  try {
    terminal.write(`Trainyard runs at ${address}\nIts data folder is ${config.data}\n`);
    const code = await runDemoSteps(createClient({ url: address, key }, interrupted), terminal);
    if (code === EXIT_OK && staysOpen) await waitForInterrupt(address, terminal, interrupted);
    return code;
  } catch (error) {
    if (!interrupted.aborted) throw error;
    return EXIT_INTERRUPTED;
  } finally {
    await service.stop();
  }
}

async function runDemoSteps(client: Client, terminal: Terminal): Promise<number> {
  terminal.write('\nWhich customers of a telephone company will leave? (IBM sample data)\n');
  const dataset = await uploadTable(client, await openInput(EXAMPLE, undefined), terminal);
  const job = await followJob(client, await submitJob(client, dataset, SPEC, terminal), terminal);
  if (job.modelId === null) {
    terminal.warn(`${failureReport(job)}\n`);
    return EXIT_FAILED;
  }
  const model = await client.model(job.modelId);
  terminal.write(lossReport(await client.losses(job.id), job, terminal));
  terminal.write(metricsReport(model, terminal));
  const { items: rows } = await client.rows(dataset.id, (dataset.rows ?? 0) - PREDICTED_ROWS, PREDICTED_ROWS);
  const { predictions } = await client.predictRows(model.id, rows.map(withoutTarget));
  terminal.write(predictionsReport(rows, predictions, terminal));
  return EXIT_OK;
}

function withoutTarget({ [TARGET]: _target, ...row }: DatasetRows['items'][number]): DatasetRows['items'][number] {
  return row;
}

/** Waits until Ctrl-C. */
async function waitForInterrupt(url: string, terminal: Terminal, interrupted: AbortSignal): Promise<void> {
  terminal.write(`\nThe API        ${url}/v1\nSwagger UI     ${url}/docs\n\nThe service runs until Ctrl-C.\n`);
  if (!interrupted.aborted) await once(interrupted, 'abort');
  terminal.write('\nStopping.\n');
}
