import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Operation, openApi } from './document.ts';

/** Responses of an overloaded service; a test on a busy machine may get them. */
const ALLOWED_FAILURES: ReadonlySet<unknown> = new Set(['overloaded', 'too_many_streams']);

/** The formats are equivalent to the patterns next to them. */
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, binary: true } });
ajv.addSchema({ $id: 'openapi', components: openApi.components });

export interface Answer {
  readonly status: number;
  /** Only the media type. */
  readonly type: string;
  readonly text: string;
}

/**
 * What is wrong with a response, as sentences: deviations from the document, and internal errors.
 */
export function faultsOf(operation: Operation, { status, type, text }: Answer): readonly string[] {
  const response = operation.responses[status];
  if (!response) return [`${status} is not documented: ${text}`];
  const documented = Object.entries(response.content ?? {}).find(([name]) => mediaType(name) === type);
  if (!documented) return text === '' && !response.content ? [] : [`${status} of ${type} is not documented: ${text}`];
  if (!type.endsWith('json')) return [];
  const body: unknown = JSON.parse(text);
  if (status >= 500 && !ALLOWED_FAILURES.has(codeOf(body))) return [`the service failed: ${text}`];
  if (status >= 400 && type !== 'application/problem+json') return [`an error is not a problem document: ${text}`];
  return schemaFaults(documented[1].schema, body);
}

export function mediaType(header: string): string {
  return header.replace(/;.*/, '');
}

function codeOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
}

const validators = new Map<string, ReturnType<typeof ajv.compile>>();

function schemaFaults(schema: object, body: unknown): readonly string[] {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
  const validate = validators.get(text) ?? ajv.compile(JSON.parse(text));
  validators.set(text, validate);
  if (validate(body)) return [];
  return [`${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`];
}
