import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigurationError, readConfig } from '../config.ts';
import { CLIENT_SETTINGS } from '../settings.ts';
import type { Sweep } from '../sweeps/schemas.ts';
import { type Client, createClient } from './client.ts';
import { type Command, EXIT_FAILED, EXIT_FINE, EXIT_INTERRUPTED, positionalsOf, textFlag } from './command.ts';
import { interruptSignal } from './interrupt.ts';
import { createSweepDisplay } from './sweepDisplay.ts';
import { previewReport, sweepReport } from './sweepReport.ts';
import { processTerminal, type Terminal } from './terminal/terminal.ts';
import { uploadTable } from './trainingRun.ts';

const FLAGS = {
  table: { type: 'string', takes: 'FILE', help: 'a table to upload and search on; the spec then needs no datasetId' },
  watch: { type: 'string', takes: 'SWEEP', help: 'follow a sweep that there is, by its id' },
  preview: { type: 'boolean', takes: '', help: 'say what the sweep would do, and run nothing' },
  json: { type: 'boolean', takes: '', help: 'print the sweep in JSON, and nothing else' },
} as const;

export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'search for hyperparameters, with a live table of the trials',
  usage: 'SPEC.json [--table FILE] | --watch SWEEP',
  settings: CLIENT_SETTINGS,
  flags: FLAGS,
  run: (args) => sweep(args, processTerminal(), interruptSignal()),
};

const specSchema = z.looseObject({ job: z.looseObject({}).optional() });
type Spec = z.infer<typeof specSchema>;

/** Throws ConfigurationError, and RequestError when the service refuses. When `interrupted` is aborted, the sweep goes on without being watched. */
export async function sweep(args: readonly string[], terminal: Terminal, interrupted: AbortSignal): Promise<number> {
  const { config, flags, positionals } = readConfig(CLIENT_SETTINGS, args, FLAGS);
  const client = createClient(config, interrupted);
  const shown = flags.json ? { ...terminal, isTty: false, write: () => undefined } : terminal;
  const watched = textFlag(flags, 'watch');
  if (watched !== undefined) {
    positionalsOf(positionals, []);
    return follow(client, await client.sweep(watched, 0), { terminal, shown, interrupted });
  }
  const [file] = positionalsOf(positionals, ['SPEC.json']);
  const request = await withTable(client, await readSpec(file), textFlag(flags, 'table'), shown);
  if (flags.preview) {
    const preview = await client.previewSweep(request);
    terminal.write(flags.json ? json(preview) : previewReport(preview, terminal));
    return EXIT_FINE;
  }
  return follow(client, await client.submitSweep(request), { terminal, shown, interrupted });
}

async function readSpec(file: string): Promise<Spec> {
  try {
    return specSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new ConfigurationError(`A sweep takes a file with a JSON object, which ${file} is not.`, { cause: error });
  }
}

async function withTable(client: Client, spec: Spec, table: string | undefined, terminal: Terminal): Promise<Spec> {
  if (table === undefined) return spec;
  const { id: datasetId } = await uploadTable(client, table, terminal);
  return { ...spec, job: { ...spec.job, datasetId } };
}

interface Following {
  /** Where the result goes. */
  readonly terminal: Terminal;
  /** Where all goes that is for people. */
  readonly shown: Terminal;
  readonly interrupted: AbortSignal;
}

/** How often the trials are asked for; the end of the sweep is answered at once. */
const REFRESH_SECONDS = 0.5;

async function follow(client: Client, begun: Sweep, { terminal, shown, interrupted }: Following): Promise<number> {
  const { id } = begun;
  shown.write(`Sweep ${id}\n`);
  const display = shown === terminal ? createSweepDisplay(shown, (query) => client.trials(id, query)) : undefined;
  try {
    let sweep = begun;
    await display?.show(sweep);
    while (sweep.state === 'running') {
      sweep = await client.sweep(id, REFRESH_SECONDS);
      await display?.show(sweep);
    }
    display?.end();
    terminal.write(shown === terminal ? sweepReport(client.server, sweep, terminal) : json(sweep));
    return sweep.state === 'succeeded' || sweep.state === 'paused' ? EXIT_FINE : EXIT_FAILED;
  } catch (error) {
    display?.end();
    if (!interrupted.aborted) throw error;
    const again = `trainyard sweep --watch ${id}`;
    terminal.warn(`No longer watched; ${id} goes on. To watch it again: ${again}\n`);
    return EXIT_INTERRUPTED;
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
