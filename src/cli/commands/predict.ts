import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { readConfig } from '../../config/config.ts';
import { CLIENT_SETTINGS } from '../../config/settings.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { parseJson } from '../../kit/contract/jsonSyntax.ts';
import { predictResponse } from '../../models/predict/schemas.ts';
import { createClient } from '../client/client.ts';
import { type Command, EXIT_OK, JSON_FLAG, positionalsOf, textFlag } from '../command/command.ts';
import { FORMAT_FLAG, formatNamed, mediaTypeOf } from '../input/format.ts';
import { type FileBody, type Input, openInput, readWhole } from '../input/input.ts';
import { type MissingValueWarning, predictionsAsJson } from '../output/predictionsJson.ts';
import { formatCount } from '../terminal/numbers.ts';
import { processTerminal } from '../terminal/terminal.ts';

/**
 * The warnings of a JSON response in the form of the header `Trainyard-Warnings`: without messages.
 */
const headerSchema = z.array(predictResponse.shape.warnings.element.omit({ message: true }));

const FLAGS = {
  output: { type: 'string', valueName: 'FILE', help: 'file for the predictions (default: standard output)' },
  spreadsheet: {
    type: 'boolean',
    valueName: '',
    help: 'prefix labels that a spreadsheet would run as formulas with an apostrophe, in CSV and TSV',
  },
  ...FORMAT_FLAG,
  ...JSON_FLAG,
} as const;

export const predictCommand: Command = {
  name: 'predict',
  summary: 'predict the rows of a file with a model',
  usage: 'MODEL FILE [--output FILE]',
  settings: CLIENT_SETTINGS,
  flags: FLAGS,
  notes: 'FILE may be - for standard input. The predictions have the format of the file unless --json is given.',
  run: (args) => predict(args, process.stdout, processTerminal().warn),
};

/** Text is streamed, whatever its size. JSON is an array of rows, or a whole request. */
export async function predict(
  args: readonly string[],
  standardOutput: NodeJS.WritableStream,
  warn: (text: string) => void,
  stdin?: Readable,
): Promise<number> {
  const { config, flags, positionals } = readConfig(CLIENT_SETTINGS, args, FLAGS);
  const [model, file] = positionalsOf(positionals, ['MODEL', 'FILE']);
  const input = await openInput(file, formatNamed(textFlag(flags, 'format')), { stdin });
  const { body, headers } = await createClient(config).predict(
    model,
    await requestBody(input),
    flags.spreadsheet === true,
  );
  const warnings = headerSchema.parse(JSON.parse(headers.get('trainyard-warnings') ?? '[]'));
  if (!flags.json) warn(missingValuesReport(warnings));
  const response = Readable.from(body ?? []);
  const content = flags.json ? Readable.from(predictionsAsJson(response, input.format, warnings)) : response;
  const output = textFlag(flags, 'output');
  if (output === undefined) await pipeline(content, standardOutput, { end: false }).catch(ignoreClosedPipe);
  else await pipeline(content, createWriteStream(output));
  return EXIT_OK;
}

async function requestBody(input: Input): Promise<FileBody> {
  return input.format === 'json' ? rowsRequest(input) : input.body;
}

async function rowsRequest(input: Input): Promise<FileBody> {
  try {
    const text = await readWhole(input);
    // Not written anew, because a category is the text of its number.
    const request = Array.isArray(parseJson(text, input.label)) ? `{"rows":${text}}` : text;
    return { mediaType: mediaTypeOf('json'), isGzipped: false, content: new Blob([request]) };
  } catch (error) {
    throw error instanceof ServiceError ? error : new Error(`${input.label} is not valid gzip.`, { cause: error });
  }
}

const REPORTED: Readonly<Record<MissingValueWarning['code'], string>> = {
  missing_values: 'missing',
  unseen_category: 'unseen by the training',
  out_of_range: 'far outside the training rows',
  bad_bytes: 'not valid in the charset of the file',
  guessed_charset: 'in a charset that was guessed',
  comment_lines: 'read as comments',
  short_header: 'without a name in the header',
  short_lines: 'missing, as their lines are short',
  skipped_lines: 'skipped above the table',
};

/** The values that were treated as missing or are extreme, one line for each column. */
function missingValuesReport(warnings: readonly MissingValueWarning[]): string {
  const lines = warnings.map(({ code, column, count }) => {
    return `${column ?? 'The file'}: ${formatCount(count)} ${count === 1 ? 'value' : 'values'} ${REPORTED[code]}\n`;
  });
  return lines.join('');
}

/** The reader, such as `head`, has read enough. */
function ignoreClosedPipe(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
}
