import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CLIENT_SETTINGS, ConfigurationError, readConfig } from '../config.ts';
import { createClient } from './client.ts';
import { type Command, EXIT_FINE, positionalsOf, textFlag } from './command.ts';
import { formatOf, openFile } from './files.ts';

/** What the service predicts from; the rest it only trains on. */
const MEDIA_TYPES = ['text/csv', 'application/x-ndjson', 'application/json'];

const FLAGS = {
  output: { type: 'string', takes: 'FILE', help: 'where the predictions go; standard output when left out' },
} as const;

export const predictCommand: Command = {
  name: 'predict',
  summary: 'ask a model about the rows of a file',
  usage: 'MODEL FILE [--output FILE]',
  settings: CLIENT_SETTINGS,
  flags: FLAGS,
  run: (args) => predict(args, process.stdout),
};

/** CSV and NDJSON are streamed through, whatever their size; JSON is an array of rows, or a whole request. */
export async function predict(args: readonly string[], standardOutput: NodeJS.WritableStream): Promise<number> {
  const { config, flags, positionals } = readConfig(CLIENT_SETTINGS, args, FLAGS);
  const [model, file] = positionalsOf(positionals, ['MODEL', 'FILE']);
  const { mediaType, isGzipped } = formatOf(file);
  if (!MEDIA_TYPES.includes(mediaType)) {
    throw new ConfigurationError(`${file}: predictions are made from .csv, .ndjson and .json, each also with .gz.`);
  }
  const content = unpacked(await openFile(file), isGzipped);
  const body = mediaType === 'application/json' ? await predictRequest(content, file) : content;
  const response = await createClient(config.url).predict(model, mediaType, body);
  const output = textFlag(flags, 'output');
  if (output === undefined) await pipeline(response.body ?? [], standardOutput, { end: false }).catch(ignoreClosedPipe);
  else await pipeline(response.body ?? [], createWriteStream(output));
  return EXIT_FINE;
}

function unpacked(file: Blob, isGzipped: boolean): ReadableStream {
  return isGzipped ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
}

async function predictRequest(content: ReadableStream, file: string): Promise<Blob> {
  const text = await new Response(content).text();
  try {
    const json: unknown = JSON.parse(text);
    return new Blob([Array.isArray(json) ? JSON.stringify({ rows: json }) : text]);
  } catch (error) {
    throw new Error(`${file} is not valid JSON.`, { cause: error });
  }
}

/** Whoever reads, `head` say, has seen enough. */
function ignoreClosedPipe(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
}
