import { basename } from 'node:path';
import type { Dataset } from '../datasets/schemas.ts';
import type { Job } from '../jobs/schemas.ts';
import { isFinal } from '../jobs/states.ts';
import { type Client, createClient, type Server } from './client.ts';
import { openFile, tableName } from './files.ts';
import { createProgressDisplay } from './progressDisplay.ts';
import { formatBytes, formatCount } from './terminal/numbers.ts';
import type { Terminal } from './terminal/terminal.ts';
import { warningReport } from './warningReport.ts';

/** How often the progress is asked for; the end of the job is answered at once. */
const REFRESH_SECONDS = 0.2;
const CANCEL_TIMEOUT_MS = 10_000;

/** Uploads the file under its own name, and says what the service saw in it. */
export async function uploadTable(client: Client, file: string, terminal: Terminal): Promise<Dataset> {
  const { size } = await openFile(file);
  terminal.write(`Uploading ${basename(file)} (${formatBytes(size)}) to ${client.url}\n`);
  const dataset = await client.uploadDataset(file, tableName(file));
  terminal.write(`Dataset ${dataset.id}: ${formatCount(dataset.rows ?? 0)} rows, ${dataset.columns.length} columns\n`);
  terminal.write(warningReport(dataset.warnings, terminal));
  return dataset;
}

/**
 * Submits a job on the dataset and shows its progress until its state is final. When `interrupted` is aborted the service is asked to cancel the job, and
 * the AbortError is thrown on.
 */
export async function runJob(
  client: Client,
  dataset: Dataset,
  spec: Readonly<Record<string, unknown>>,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<Job> {
  const job = await client.submitJob({ ...spec, datasetId: dataset.id });
  terminal.write(`Job ${job.id}\n`);
  terminal.write(warningReport(job.warnings, terminal));
  const display = createProgressDisplay(terminal);
  try {
    const ended = await follow(client, job, display.show);
    display.end();
    return ended;
  } catch (error) {
    display.end();
    if (interrupted.aborted) await cancel(client.server, job.id, terminal);
    throw error;
  }
}

async function cancel(server: Server, id: string, terminal: Terminal): Promise<void> {
  try {
    // With a time limit of its own: the client's signal has given everything up.
    await createClient(server, AbortSignal.timeout(CANCEL_TIMEOUT_MS)).cancelJob(id);
    terminal.warn(`Interrupted: ${id} is cancelled.\n`);
  } catch (error) {
    terminal.warn(`Interrupted, but ${id} may go on: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

async function follow(client: Client, job: Job, show: (job: Job) => void): Promise<Job> {
  show(job);
  while (!isFinal(job.state)) {
    job = await client.job(job.id, REFRESH_SECONDS);
    show(job);
  }
  return job;
}
