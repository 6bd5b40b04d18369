import { readConfig } from '../config.ts';
import type { Dataset } from '../datasets/schemas.ts';
import type { Job } from '../jobs/schemas.ts';
import { CLIENT_SETTINGS } from '../settings.ts';
import { type Client, createClient } from './client.ts';
import { type Command, EXIT_FAILED, EXIT_FINE, EXIT_INTERRUPTED, positionalsOf } from './command.ts';
import { interruptSignal } from './interrupt.ts';
import { curlReport, failureReport, lossReport, metricsReport } from './report.ts';
import { processTerminal, type Terminal } from './terminal/terminal.ts';
import { runJob, uploadTable } from './trainingRun.ts';
import { SPEC_FLAGS, trainingSpec } from './trainingSpec.ts';

const FLAGS = {
  ...SPEC_FLAGS,
  json: { type: 'boolean', takes: '', help: 'print the job and its model in JSON, and nothing else' },
} as const;

export const trainCommand: Command = {
  name: 'train',
  summary: 'upload a table, train on it, and show how well it went',
  usage: 'FILE --target COLUMN [flags]',
  settings: CLIENT_SETTINGS,
  flags: FLAGS,
  run: (args) => train(args, processTerminal(), interruptSignal()),
};

/** Throws ConfigurationError, and RequestError when the service refuses. `interrupted` cancels the job. */
export async function train(args: readonly string[], terminal: Terminal, interrupted: AbortSignal): Promise<number> {
  const { config, flags, positionals } = readConfig(CLIENT_SETTINGS, args, FLAGS);
  const [file] = positionalsOf(positionals, ['FILE']);
  const spec = await trainingSpec(flags);
  const client = createClient(config, interrupted);
  const shown = flags.json ? { ...terminal, isTty: false, write: () => undefined } : terminal;
  try {
    const dataset = await uploadTable(client, file, shown);
    const job = await runJob(client, dataset, spec, shown, interrupted);
    if (flags.json) terminal.write(`${JSON.stringify(await withModel(client, job), null, 2)}\n`);
    return await conclude(client, dataset, job, shown);
  } catch (error) {
    if (!interrupted.aborted) throw error;
    return EXIT_INTERRUPTED;
  }
}

async function withModel(client: Client, job: Job) {
  return { job, model: job.modelId === null ? null : await client.model(job.modelId) };
}

async function conclude(client: Client, dataset: Dataset, job: Job, terminal: Terminal): Promise<number> {
  if (job.modelId === null) {
    terminal.warn(failureReport(job));
    return EXIT_FAILED;
  }
  const [losses, model, rows] = await Promise.all([
    client.losses(job.id),
    client.model(job.modelId),
    client.rows(dataset.id, 0, 1),
  ]);
  terminal.write(lossReport(losses, job, terminal));
  terminal.write(metricsReport(model, terminal));
  terminal.write(curlReport(client.server, model, rows.items[0] ?? {}));
  return EXIT_FINE;
}
