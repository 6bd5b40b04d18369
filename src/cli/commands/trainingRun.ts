import { basename } from 'node:path';
import type { Dataset } from '../../datasets/schemas.ts';
import type { Job } from '../../jobs/schemas.ts';
import { isFinal } from '../../jobs/states.ts';
import { type Client, createClient } from '../client/client.ts';
import type { textFlag } from '../command/command.ts';
import type { Input } from '../input/input.ts';
import { createProgressDisplay } from '../output/progressDisplay.ts';
import { warningReport } from '../output/warningReport.ts';
import { formatBytes, formatCount } from '../terminal/numbers.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Polling interval of the progress. The end of the job is reported immediately. */
const REFRESH_SECONDS = 0.2;

/** The command line of one run of a client command, and its dependencies. */
export interface ClientRun {
  readonly client: Client;
  readonly flags: Parameters<typeof textFlag>[0];
  readonly positionals: readonly string[];
  readonly terminal: Terminal;
  readonly interrupted: AbortSignal;
}

/** Uploads the table under its own name, and prints its size and columns. */
export async function uploadTable(client: Client, input: Input, terminal: Terminal): Promise<Dataset> {
  const size = input.bytes === undefined ? '' : ` (${formatBytes(input.bytes)})`;
  terminal.write(`Uploading ${basename(input.label)}${size} to ${client.url}\n`);
  const dataset = await client.uploadDataset(input.body, input.tableName);
  terminal.write(`Dataset ${dataset.id}: ${formatCount(dataset.rows ?? 0)} rows, ${dataset.columns.length} columns\n`);
  terminal.write(warningReport(dataset.warnings, terminal));
  return dataset;
}

/**
 * Submits a job on the dataset. Ctrl-C does not abort this request, because the service may have
 * accepted the job already, and then its id must be shown.
 */
export async function submitJob(
  client: Client,
  dataset: Dataset,
  spec: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): Promise<Job> {
  const job = await createClient(client.server).submitJob({ ...spec, datasetId: dataset.id });
  terminal.write(`Job ${job.id}\n`);
  terminal.write(warningReport(job.warnings, terminal));
  return job;
}

/**
 * Shows the progress of a job until its state is final. Throws AbortError when the signal of the
 * client is aborted.
 */
export async function followJob(client: Client, started: Job, terminal: Terminal): Promise<Job> {
  const display = createProgressDisplay(terminal);
  let job = started;
  try {
    display.show(job);
    while (!isFinal(job.state)) {
      job = await client.job(job.id, REFRESH_SECONDS);
      display.show(job);
    }
    return job;
  } finally {
    display.end();
  }
}
