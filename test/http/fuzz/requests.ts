import fc from 'fast-check';
import type { Operation, Schema } from './document.ts';
import { STRANGE_TEXTS, type Things, thingsOf, valuesOf } from './values.ts';

/** A generated request: everything that `fetch` accepts, and nothing that depends on the time. */
export interface FuzzedRequest {
  readonly method: string;
  /** Including its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Path segments that no client should send: encoded characters, broken encodings, paths out of a
 * folder.
 */
const STRANGE_SEGMENTS = [
  '%00',
  '%ED%A0%80',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '__proto__',
  'constructor',
  '%F0%9F%8E%AF',
  'ds_1',
  "job_'--",
];

/**
 * No value that makes the service wait: a response after 60 s shows no more than an immediate one.
 */
const WAITS = ['0', '-1', '61', '1e9', '0.5', 'x', ''];

const BROKEN_BODIES = [
  '',
  '{',
  '{"a":',
  'null',
  '"',
  '[1,]',
  '\0',
  `${'['.repeat(5000)}`,
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{"a":1}}}',
  '\ufeff{}',
  '1e999',
];

/** Requests of one operation: mostly valid, with errors in places. */
export function requestsOf(operation: Operation, things: Things): fc.Arbitrary<FuzzedRequest> {
  const { method, path, parameters = [] } = operation;
  const made = { weight: 3, arbitrary: fc.constantFrom(...STRANGE_SEGMENTS, ...STRANGE_TEXTS.slice(1).map(encoded)) };
  const segment = fc.oneof(...thingsOf(things, path.split('/')[2] ?? ''), made);
  const query = queriesOf(
    parameters.filter((parameter) => parameter.in === 'query'),
    things,
  );
  return fc.tuple(segment, query, bodiesOf(operation, things)).map(([id, search, body]) => {
    const filled = path.replace(/\{\w+\}/, id);
    return { method, url: search === '' ? filled : `${filled}?${search}`, ...body };
  });
}

function queriesOf(
  parameters: readonly { readonly name: string; readonly schema: Schema }[],
  things: Things,
): fc.Arbitrary<string> {
  const pairs = parameters.map(({ name, schema }) => {
    const values = name === 'wait' ? fc.constantFrom(...WAITS) : valuesOf(schema, things).map(textOf);
    const value = fc.oneof(...thingsOf(things, name), { weight: 1, arbitrary: values });
    const pair = value.map((text) => `${name}=${encoded(text)}`);
    // Without it, some routes wait for seconds.
    return name === 'wait' && schema.default !== 0 ? pair : seldom(4, pair);
  });
  const unknown = seldom(20, fc.constantFrom('__proto__=1', 'a%00=%00', '%ED%A0%80=1', '&&=', 'a[b]=1'));
  return fc.tuple(...pairs, unknown).map((parts) => parts.filter((part) => part !== null).join('&'));
}

/** A value in one of so many cases; null otherwise. */
function seldom<T>(oneIn: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** An address has no lone surrogates. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function bodiesOf({ requestBody }: Operation, things: Things): fc.Arbitrary<Pick<FuzzedRequest, 'headers' | 'body'>> {
  const types = Object.entries(requestBody?.content ?? {});
  if (types.length === 0) return fc.constant({ headers: {} });
  const sound = types.map(([type, { schema }]) =>
    contentOf(type, schema, things).map((body) => ({ headers: { 'content-type': type }, body })),
  );
  const type = fc.constantFrom(
    ...types.map(([name]) => name),
    'application/xml',
    'text/plain',
    'application/json; charset=latin1',
    'multipart/form-data',
  );
  const broken = fc.record({ headers: fc.record({ 'content-type': type }), body: fc.constantFrom(...BROKEN_BODIES) });
  return fc.oneof({ weight: 8, arbitrary: fc.oneof(...sound) }, { weight: 1, arbitrary: broken });
}

function contentOf(type: string, schema: Schema, things: Things): fc.Arbitrary<string> {
  const values = valuesOf(schema, things).map((value) => JSON.stringify(value));
  if (/json$/.test(type)) return values;
  const cell = fc.constantFrom(...STRANGE_TEXTS, ...Object.values(things), '1', '2.5', '"a,b"');
  const line = fc
    .array(cell, { minLength: 1, maxLength: 4 })
    .map((cells) => cells.join(type === 'text/csv' ? ',' : '\t'));
  return fc.array(line, { maxLength: 4 }).map((lines) => `a,b,y\n${lines.join('\n')}\n`.toWellFormed());
}
