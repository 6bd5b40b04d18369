import { readConfig } from '../../config/config.ts';
import { CLIENT_SETTINGS } from '../../config/settings.ts';
import type { Job } from '../../jobs/schemas.ts';
import { type Client, createClient } from '../client/client.ts';
import { detached, nothingSubmitted } from '../client/detached.ts';
import { type Command, DETACH_NOTE, EXIT_OK, JSON_FLAG, positionalsOf, textFlag } from '../command/command.ts';
import { CommandError } from '../command/failures.ts';
import { interruptSignal } from '../command/interrupt.ts';
import { refuseUnknownColumns } from '../input/columns.ts';
import { FORMAT_FLAG, formatNamed } from '../input/format.ts';
import { openInput } from '../input/input.ts';
import { curlReport, ensembleReport, failureReport, lossReport, metricsReport } from '../output/report.ts';
import { processTerminal, quiet, type Terminal } from '../terminal/terminal.ts';
import { type ClientRun, followJob, submitJob, uploadTable } from './trainingRun.ts';
import { SPEC_FLAGS, splitColumnOf, trainingSpec } from './trainingSpec.ts';

const FLAGS = {
  ...SPEC_FLAGS,
  ...FORMAT_FLAG,
  watch: { type: 'string', valueName: 'JOB', help: 'follow an existing job, by its id' },
  ...JSON_FLAG,
} as const;

export const trainCommand: Command = {
  name: 'train',
  summary: 'upload a table, train on it, and show the results',
  usage: 'FILE --target COLUMN [flags] | --watch JOB',
  settings: CLIENT_SETTINGS,
  flags: FLAGS,
  notes: `FILE may be - for standard input. ${DETACH_NOTE}`,
  run: (args) => train(args, processTerminal(), interruptSignal()),
};

/**
 * Throws UsageError, RequestError when the service refuses, and CommandError when the job fails.
 * When `interrupted` is aborted, the job continues without being followed.
 */
export async function train(args: readonly string[], terminal: Terminal, interrupted: AbortSignal): Promise<number> {
  const { config, flags, positionals } = readConfig(CLIENT_SETTINGS, args, FLAGS);
  const client = createClient(config, interrupted);
  const shown = flags.json ? quiet(terminal) : terminal;
  let job: Job | undefined;
  try {
    job = await beginJob({ client, flags, positionals, terminal: shown, interrupted });
    job = await followJob(client, job, shown);
    if (flags.json) terminal.write(`${JSON.stringify(await withModel(client, job), null, 2)}\n`);
    if (job.modelId === null) throw new CommandError(job.error?.code ?? 'no_model', failureReport(job));
    if (!flags.json) await conclude(client, job, job.modelId, terminal);
    return EXIT_OK;
  } catch (error) {
    if (!interrupted.aborted || error instanceof CommandError) throw error;
    throw job === undefined ? nothingSubmitted() : detached(client.server, job.id, 'train');
  }
}

/** The job to follow: the one of `--watch`, or a new one on the uploaded file. */
async function beginJob({ client, flags, positionals, terminal, interrupted }: ClientRun): Promise<Job> {
  const watched = textFlag(flags, 'watch');
  if (watched !== undefined) {
    positionalsOf(positionals, []);
    return client.job(watched, 0);
  }
  const [file] = positionalsOf(positionals, ['FILE']);
  const spec = await trainingSpec(flags);
  const input = await openInput(file, formatNamed(textFlag(flags, 'format')), { signal: interrupted });
  refuseUnknownColumns(input, [
    ['--target', spec.target],
    ['--split', splitColumnOf(spec)],
  ]);
  return submitJob(client, await uploadTable(client, input, terminal), spec, terminal);
}

async function withModel(client: Client, job: Job) {
  return { job, model: job.modelId === null ? null : await client.model(job.modelId) };
}

async function conclude(client: Client, job: Job, modelId: string, terminal: Terminal): Promise<void> {
  const [losses, model, row] = await Promise.all([
    client.losses(job.id),
    client.model(modelId),
    firstRow(client, job.datasetId),
  ]);
  terminal.write(model.snapshots === null ? lossReport(losses, job, terminal) : ensembleReport(model.snapshots));
  terminal.write(metricsReport(model, terminal));
  terminal.write(curlReport(client.server, model, row));
}

/** An example for the report; without values if the dataset was deleted. */
async function firstRow(client: Client, datasetId: string | null) {
  if (datasetId === null) return {};
  const { items } = await client.rows(datasetId, 0, 1);
  return items[0] ?? {};
}
