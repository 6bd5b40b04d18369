import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ConfigurationError, readConfig } from '../config.ts';
import { ServiceError } from '../kit/errors.ts';
import { parseJson } from '../kit/input/jsonSyntax.ts';
import { predictAnswer } from '../models/prediction/schemas.ts';
import { CLIENT_SETTINGS } from '../settings.ts';
import { createClient } from './client.ts';
import { type Command, EXIT_FINE, positionalsOf, textFlag } from './command.ts';
import { type FileBody, type FileFormat, formatOf, openFile } from './files.ts';
import { formatCount } from './terminal/numbers.ts';
import { processTerminal } from './terminal/terminal.ts';

/** What the service predicts from; the rest it only trains on. */
const MEDIA_TYPES = ['text/csv', 'text/tab-separated-values', 'application/x-ndjson', 'application/json'];

/** The warnings of a JSON answer, as the header `Trainyard-Warnings` has them: without their messages. */
const headerSchema = z.array(predictAnswer.shape.warnings.element.omit({ message: true }));

const FLAGS = {
  output: { type: 'string', takes: 'FILE', help: 'where the predictions go; standard output when left out' },
  spreadsheet: {
    type: 'boolean',
    takes: '',
    help: 'put an apostrophe before labels that a spreadsheet would run as formulas, in CSV and TSV',
  },
} as const;

export const predictCommand: Command = {
  name: 'predict',
  summary: 'ask a model about the rows of a file',
  usage: 'MODEL FILE [--output FILE]',
  settings: CLIENT_SETTINGS,
  flags: FLAGS,
  run: (args) => predict(args, process.stdout, processTerminal().warn),
};

/** Text is streamed through, whatever its size; JSON is an array of rows, or a whole request. */
export async function predict(
  args: readonly string[],
  standardOutput: NodeJS.WritableStream,
  warn: (text: string) => void,
): Promise<number> {
  const { config, flags, positionals } = readConfig(CLIENT_SETTINGS, args, FLAGS);
  const [model, file] = positionalsOf(positionals, ['MODEL', 'FILE']);
  const { body, headers } = await createClient(config).predict(
    model,
    await requestBody(file),
    flags.spreadsheet === true,
  );
  warn(gapsReport(headers.get('trainyard-warnings') ?? '[]'));
  const output = textFlag(flags, 'output');
  if (output === undefined) await pipeline(body ?? [], standardOutput, { end: false }).catch(ignoreClosedPipe);
  else await pipeline(body ?? [], createWriteStream(output));
  return EXIT_FINE;
}

async function requestBody(file: string): Promise<FileBody> {
  const format = formatOf(file);
  if (!MEDIA_TYPES.includes(format.mediaType)) {
    throw new ConfigurationError(
      `${file}: predictions are made from .csv, .tsv, .ndjson and .json, each also with .gz.`,
    );
  }
  const content = await openFile(file);
  return format.mediaType === 'application/json' ? rowsRequest(content, format, file) : { ...format, content };
}

async function rowsRequest(content: Blob, { mediaType, isGzipped }: FileFormat, file: string): Promise<FileBody> {
  const plain = isGzipped ? content.stream().pipeThrough(new DecompressionStream('gzip')) : content.stream();
  try {
    const text = await new Response(plain).text();
    const json = parseJson(text, file);
    const request = Array.isArray(json) ? JSON.stringify({ rows: json }) : text;
    return { mediaType, isGzipped: false, content: new Blob([request]) };
  } catch (error) {
    throw error instanceof ServiceError ? error : new Error(`${file} is not valid gzip.`, { cause: error });
  }
}

/** What was treated as missing, a line for each column. */
function gapsReport(header: string): string {
  const gaps = headerSchema.parse(JSON.parse(header));
  const lines = gaps.map(({ code, column, count }) => {
    const what = code === 'unseen_category' ? 'unseen by the training' : 'missing';
    return `${column}: ${formatCount(count)} ${count === 1 ? 'value' : 'values'} ${what}\n`;
  });
  return lines.join('');
}

/** Whoever reads, `head` say, has seen enough. */
function ignoreClosedPipe(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
}
