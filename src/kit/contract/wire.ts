/** Common parts of all responses: problems, pages, waiting. */
import { z } from 'zod';
import { PLAIN_TEXT } from '../text.ts';
import { ERROR_CODES, ServiceError } from './errors.ts';

const MAX_NAME_LENGTH = 200;

/**
 * The name of a resource. It is shown on terminals and in logs, which interpret control characters,
 * and in pages.
 */
export const givenName = z
  .string()
  .trim()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .regex(
    PLAIN_TEXT,
    'Must not contain line breaks, other control characters, or characters that reverse the text direction: remove them.',
  );

export const PROBLEM_TYPE = 'application/problem+json';

export const problemSchema = z
  .object({
    type: z.string().describe('A URI that identifies the kind of problem.'),
    title: z.string().describe('The kind of problem in a few words.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What went wrong in this request, and how to fix it.'),
    instance: z.string().describe('The path of the request.'),
    code: z.enum(ERROR_CODES).describe('A stable code for programs.'),
    requestId: z
      .string()
      .optional()
      .describe('The id of the request in the log of the service: its `X-Request-Id`, which every response repeats.'),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('The issues of the input, at most 100, each with a JSON pointer (RFC 6901) to its place.'),
  })
  .meta({
    id: 'Problem',
    description: 'What went wrong (RFC 9457).',
    example: {
      type: 'urn:trainyard:problem:invalid_request',
      title: 'Malformed request',
      status: 400,
      detail: 'The request has 1 mistake. /network/layers/2/units: Must be at least 1, got 0.',
      instance: '/v1/jobs',
      code: 'invalid_request',
      requestId: '7f0c2f6e-3c1e-4b59-9d0f-0d8f7a3f5a55',
      errors: [{ path: '/network/layers/2/units', message: 'Must be at least 1, got 0.' }],
    },
  });
export type Problem = z.infer<typeof problemSchema>;

const DESCRIPTIONS = {
  400: 'Malformed: `errors` lists every issue.',
  401: 'No key, or one that is unknown, expired or revoked.',
  403: 'The key may not do this: `detail` names the required scope.',
  404: 'Not found.',
  408: 'The request was sent too slowly.',
  409: 'Not possible in the current state.',
  413: 'Too large.',
  415: 'A format or encoding that this route does not support.',
  422: 'Well-formed but impossible: `errors` lists every issue.',
  429: 'Too many requests or resources: `Retry-After` says in how many seconds to retry, if that is known.',
  500: 'An internal error.',
  503: 'Temporarily unavailable: retry later.',
} as const;
export type ErrorStatus = keyof typeof DESCRIPTIONS;

/**
 * The error responses of a route for its `response` schema. Every route may also respond with 500.
 */
export function errorResponses(...statuses: readonly ErrorStatus[]) {
  const entries = [...statuses, 500 as const].map((status) => [
    status,
    { description: DESCRIPTIONS[status], content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
  ]);
  // `never`: errors are thrown, no handler returns one.
  return Object.fromEntries(entries) as Record<ErrorStatus, never>;
}

/**
 * A JSON response of a route's `response` schema with its own description; the schema remains the
 * named one.
 */
export function jsonResponse<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;
const MAX_WAIT_SECONDS = 60;

/** `?limit=` and `?after=` of every list. */
export const pageQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE_SIZE)
    .default(DEFAULT_PAGE_SIZE)
    .describe('Maximum number of items. A page of large items ends early, with `next`.'),
  after: z.string().max(200).optional().describe('The `next` of the previous page.'),
});
export type PageQuery = z.infer<typeof pageQuery>;

/** A parameter that may be given once or several times, as a list. */
export function repeatable<Item extends z.ZodType>(item: Item) {
  const list = (given: z.output<Item> | z.output<Item>[]): z.output<Item>[] => (Array.isArray(given) ? given : [given]);
  return z.union([item, z.array(item)]).transform(list);
}

/** `?wait=`: how long the response may wait for a final state. */
export const waitQuery = z.strictObject({
  wait: z.coerce
    .number()
    .min(0)
    .max(MAX_WAIT_SECONDS)
    .default(0)
    .describe('Respond when the state is final, or after this many seconds.'),
});

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Pass it as `after` for the following page; null on the last page.'),
  });
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Cursors are opaque to clients: an id in base64url. */
export function encodeCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/**
 * The id after which a page starts. Throws ServiceError `invalid_request` for anything that
 * `encodeCursor` did not create.
 */
export function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!/^[a-z]+_[0-9a-z]+$/.test(id)) throw invalidCursor();
  return id;
}

/** For an `?after=` that this service did not create. */
export function invalidCursor(): ServiceError {
  const message = 'Not a cursor: pass the `next` of the previous page, unchanged.';
  return new ServiceError('invalid_request', message, [{ path: '/after', message }]);
}
