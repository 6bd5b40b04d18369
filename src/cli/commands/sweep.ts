import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { readConfig, UsageError } from '../../config/config.ts';
import { CLIENT_SETTINGS } from '../../config/settings.ts';
import type { Sweep } from '../../sweeps/schemas.ts';
import { type Client, createClient } from '../client/client.ts';
import { detached, nothingSubmitted } from '../client/detached.ts';
import { type Command, DETACH_NOTE, EXIT_OK, JSON_FLAG, positionalsOf, textFlag } from '../command/command.ts';
import { CommandError } from '../command/failures.ts';
import { interruptSignal } from '../command/interrupt.ts';
import { refuseUnknownColumns } from '../input/columns.ts';
import { FORMAT_FLAG, formatNamed } from '../input/format.ts';
import { openInput } from '../input/input.ts';
import { createSweepDisplay } from '../output/sweepDisplay.ts';
import { previewReport, sweepReport } from '../output/sweepReport.ts';
import { processTerminal, quiet, type Terminal } from '../terminal/terminal.ts';
import { type ClientRun, uploadTable } from './trainingRun.ts';

const FLAGS = {
  table: {
    type: 'string',
    valueName: 'FILE',
    help: 'a table to upload and search on; the spec then needs no datasetId',
  },
  watch: { type: 'string', valueName: 'SWEEP', help: 'follow an existing sweep, by its id' },
  preview: { type: 'boolean', valueName: '', help: 'show what the sweep would do, without running it' },
  ...FORMAT_FLAG,
  ...JSON_FLAG,
} as const;

export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'search for hyperparameters, with a live table of the trials',
  usage: 'SPEC.json [--table FILE] | --watch SWEEP',
  settings: CLIENT_SETTINGS,
  flags: FLAGS,
  notes: `The table may be - for standard input. ${DETACH_NOTE}`,
  run: (args) => sweep(args, processTerminal(), interruptSignal()),
};

const specSchema = z.looseObject({ job: z.looseObject({}).optional() });
type Spec = z.infer<typeof specSchema>;

/**
 * Throws UsageError, RequestError when the service refuses, and CommandError when the sweep fails.
 * When `interrupted` is aborted, the sweep continues without being followed.
 */
export async function sweep(args: readonly string[], terminal: Terminal, interrupted: AbortSignal): Promise<number> {
  const { config, flags, positionals } = readConfig(CLIENT_SETTINGS, args, FLAGS);
  const client = createClient(config, interrupted);
  const shown = flags.json ? quiet(terminal) : terminal;
  let started: Sweep | undefined;
  try {
    const request = await requestOf({ client, flags, positionals, terminal: shown, interrupted });
    if (flags.preview && typeof request !== 'string') {
      const preview = await client.previewSweep(request);
      terminal.write(flags.json ? json(preview) : previewReport(preview, terminal));
      return EXIT_OK;
    }
    // Ctrl-C does not abort the submission: the service may have accepted the sweep, and then its
    // id must be shown.
    started = await (typeof request === 'string'
      ? client.sweep(request, 0)
      : createClient(config).submitSweep(request));
    const sweep = await follow(client, started, flags.json ? undefined : terminal);
    terminal.write(flags.json ? json(sweep) : sweepReport(client.server, sweep, terminal));
    if (sweep.state === 'succeeded' || sweep.state === 'paused') return EXIT_OK;
    throw new CommandError(sweep.error?.code ?? `sweep_${sweep.state}`, `The sweep ${sweep.state}.`);
  } catch (error) {
    if (!interrupted.aborted || error instanceof CommandError) throw error;
    throw started === undefined ? nothingSubmitted() : detached(client.server, started.id, 'sweep');
  }
}

/** The sweep to start, or the id of the sweep to watch. */
async function requestOf(run: ClientRun): Promise<Spec | string> {
  const watched = textFlag(run.flags, 'watch');
  if (watched !== undefined) {
    positionalsOf(run.positionals, []);
    return watched;
  }
  const [file] = positionalsOf(run.positionals, ['SPEC.json']);
  return withTable(await readSpec(file), run);
}

async function readSpec(file: string): Promise<Spec> {
  try {
    return specSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new UsageError(`A sweep needs a file with a JSON object. ${file} is not one.`);
  }
}

async function withTable(spec: Spec, { client, flags, terminal, interrupted }: ClientRun): Promise<Spec> {
  const table = textFlag(flags, 'table');
  if (table === undefined) return spec;
  const input = await openInput(table, formatNamed(textFlag(flags, 'format')), { signal: interrupted });
  refuseUnknownColumns(input, [['The target', spec.job?.target]]);
  const { id: datasetId } = await uploadTable(client, input, terminal);
  return { ...spec, job: { ...spec.job, datasetId } };
}

/** Polling interval of the trials. The end of the sweep is reported immediately. */
const REFRESH_SECONDS = 0.5;

/** Shows the trials on the terminal, if there is one, until the sweep ends or pauses. */
async function follow(client: Client, started: Sweep, terminal: Terminal | undefined): Promise<Sweep> {
  const { id } = started;
  terminal?.write(`Sweep ${id}\n`);
  const display = terminal && createSweepDisplay(terminal, (query) => client.trials(id, query));
  try {
    let sweep = started;
    await display?.show(sweep);
    while (sweep.state === 'running') {
      sweep = await client.sweep(id, REFRESH_SECONDS);
      await display?.show(sweep);
    }
    return sweep;
  } finally {
    display?.end();
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
