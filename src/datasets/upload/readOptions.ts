import { createHash } from 'node:crypto';
import { COLUMN_TYPES, type ColumnType } from '../../formats/columnTypes.ts';
import type { FileFormat } from '../../formats/text/fileFormat.ts';
import type { FieldError } from '../../kit/contract/errors.ts';
import { invalidRequest } from '../../kit/contract/validation.ts';
import type { ReadOptions } from '../ingest/protocol/messages.ts';

/** The query parameters. A parameter can be repeated. */
export interface OptionTexts {
  readonly delimiter?: string | undefined;
  readonly header?: string | undefined;
  readonly nullValues?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
}

const NAMED_DELIMITERS: ReadonlyMap<string, string> = new Map([
  ['tab', '\t'],
  ['\\t', '\t'],
  ['comma', ','],
  ['semicolon', ';'],
  ['pipe', '|'],
  ['space', ' '],
]);

/** Parses the options. Throws ServiceError `invalid_request` that names every invalid parameter. */
export function parseReadOptions({ delimiter, header, nullValues, types }: OptionTexts): ReadOptions {
  const errors: FieldError[] = [];
  const options = {
    delimiter: delimiter === undefined ? null : parseDelimiter(delimiter, errors),
    header: header === undefined ? null : parseHeader(header, errors),
    nullValues: nullValues === undefined ? null : nullValues.flatMap((value) => value.split(',')),
    types: (types ?? []).flatMap((text) => parseTypes(text, errors)),
  };
  if (errors.length > 0) throw invalidRequest(errors);
  return options;
}

function parseDelimiter(text: string, errors: FieldError[]): string {
  const delimiter = NAMED_DELIMITERS.get(text) ?? text;
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter) || delimiter.charCodeAt(0) > 0x7f) {
    errors.push({
      path: '/delimiter',
      message: 'Expected one ASCII character such as ";", or tab, comma, semicolon, pipe, space.',
    });
  }
  return delimiter;
}

function parseHeader(text: string, errors: FieldError[]): boolean {
  if (text !== 'true' && text !== 'false') {
    errors.push({ path: '/header', message: `Expected true or false, got ${JSON.stringify(text)}.` });
  }
  return text === 'true';
}

type TypedName = readonly [string, ColumnType];

/** `zip:categorical,age:numeric`, or `{"zip": "categorical"}` for names with a comma. */
function parseTypes(text: string, errors: FieldError[]): TypedName[] {
  if (text.trimStart().startsWith('{')) return parseTypesObject(text, errors);
  return text.split(',').flatMap((pair) => {
    const colon = pair.lastIndexOf(':');
    if (colon > 0) return typed(pair.slice(0, colon).trim(), pair.slice(colon + 1).trim(), errors);
    errors.push({ path: '/types', message: `Expected NAME:TYPE or a JSON object, got ${JSON.stringify(pair)}.` });
    return [];
  });
}

function parseTypesObject(text: string, errors: FieldError[]): TypedName[] {
  try {
    const object: unknown = JSON.parse(text);
    return Object.entries(object ?? {}).flatMap(([name, type]) => typed(name, String(type), errors));
  } catch {
    errors.push({
      path: '/types',
      message: 'The JSON object is malformed. Expected an object such as {"name": "categorical"}.',
    });
    return [];
  }
}

function typed(name: string, text: string, errors: FieldError[]): TypedName[] {
  const type = COLUMN_TYPES.find((known) => known === text);
  if (type !== undefined) return [[name, type]];
  const message = `Unknown type ${JSON.stringify(text)} for column ${JSON.stringify(name)}. Expected ${COLUMN_TYPES.join(', ')}.`;
  errors.push({ path: '/types', message });
  return [];
}

/**
 * Part of the hash. Incremented when the same bytes give another table, so that the earlier one is
 * not shared.
 */
const READER_VERSION = 2;

/** What decides on the table of an upload. */
interface TableKey {
  readonly sha256: string;
  readonly format: FileFormat | null;
  readonly charset: string | null;
  readonly options: ReadOptions;
}

/** The name of the table: a hash of the upload's hash, its format, charset and options. */
export function tableFileName({ sha256, format, charset, options }: TableKey): string {
  const content = JSON.stringify([READER_VERSION, sha256, format, charset, options]);
  return `${createHash('sha256').update(content).digest('hex')}.parquet`;
}
