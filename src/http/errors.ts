import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isResponseSerializationError } from 'fastify-type-provider-zod';
import {
  type ErrorCode,
  type FieldError,
  INTERNAL_ERROR_DETAIL,
  MAX_LISTED,
  ServiceError,
} from '../kit/contract/errors.ts';
import { PROBLEM_TYPE, type Problem } from '../kit/contract/wire.ts';
import { redactKeys } from '../kit/secrets.ts';
import { isFull, isLocked } from '../store/database/errors.ts';
import { bodyTooLarge } from './limits/requests.ts';
import { SECURITY_HEADERS } from './network/securityHeaders.ts';

/** The HTTP status and title of each code. */
const HTTP: Record<ErrorCode, { readonly status: number; readonly title: string }> = {
  invalid_request: { status: 400, title: 'Malformed request' },
  invalid_json: { status: 400, title: 'Malformed JSON' },
  key_required: { status: 401, title: 'Key required' },
  key_invalid: { status: 401, title: 'Invalid key' },
  scope_missing: { status: 403, title: 'Scope missing' },
  origin_refused: { status: 403, title: 'Origin refused' },
  route_not_found: { status: 404, title: 'No such route' },
  method_not_allowed: { status: 405, title: 'No such method' },
  dataset_not_found: { status: 404, title: 'No such dataset' },
  job_not_found: { status: 404, title: 'No such job' },
  member_not_found: { status: 404, title: 'No such member' },
  model_not_found: { status: 404, title: 'No such model' },
  split_not_found: { status: 404, title: 'No such split' },
  alias_not_found: { status: 404, title: 'No such alias' },
  admin_key_required: { status: 409, title: 'An admin key is required' },
  key_not_found: { status: 404, title: 'No such key' },
  project_not_found: { status: 404, title: 'No such project' },
  project_exists: { status: 409, title: 'Project exists' },
  project_in_use: { status: 409, title: 'Project in use' },
  webhook_not_found: { status: 404, title: 'No such webhook' },
  sweep_not_found: { status: 404, title: 'No such sweep' },
  trial_not_found: { status: 404, title: 'No such trial' },
  report_not_found: { status: 404, title: 'No such report' },
  dataset_in_use: { status: 409, title: 'Dataset in use' },
  model_in_use: { status: 409, title: 'Model in use' },
  dataset_not_ready: { status: 409, title: 'Dataset not ready' },
  dataset_deleted: { status: 409, title: 'Dataset deleted' },
  job_wrong_state: { status: 409, title: 'Not possible in this state' },
  sweep_wrong_state: { status: 409, title: 'Not possible in this state' },
  trial_wrong_state: { status: 409, title: 'Not possible in this state' },
  report_wrong_state: { status: 409, title: 'Not possible in this state' },
  idempotency_key_in_use: { status: 409, title: 'Request in progress' },
  made_already: { status: 409, title: 'Already created' },
  too_many_webhooks: { status: 409, title: 'Too many webhooks' },
  payload_too_large: { status: 413, title: 'Too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported format' },
  unsupported_encoding: { status: 415, title: 'Unsupported encoding' },
  invalid_file: { status: 422, title: 'Unreadable file' },
  table_too_large: { status: 413, title: 'Table too large' },
  trace_too_large: { status: 413, title: 'Trace too large' },
  invalid_spec: { status: 422, title: 'Impossible training' },
  invalid_sweep: { status: 422, title: 'Impossible sweep' },
  idempotency_key_reused: { status: 422, title: 'Key of another request' },
  invalid_rows: { status: 422, title: 'Impossible rows' },
  invalid_network: { status: 422, title: 'Impossible network' },
  invalid_ensemble: { status: 422, title: 'Impossible ensemble' },
  invalid_report: { status: 422, title: 'Impossible report' },
  nothing_to_measure: { status: 422, title: 'Nothing to measure' },
  too_many_streams: { status: 503, title: 'Too many streams' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  queued_jobs_quota: { status: 429, title: 'Too many queued jobs' },
  stored_bytes_quota: { status: 413, title: 'Storage quota reached' },
  predict_rows_quota: { status: 413, title: 'Too many rows' },
  storage_full: { status: 507, title: 'Disk full' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
  overloaded: { status: 503, title: 'Overloaded' },
  internal_error: { status: 500, title: 'Internal error' },
};

const MAX_ECHO_LENGTH = 1000;

/** The challenge for a client without the required key (RFC 6750). */
const CHALLENGES: Partial<Record<ErrorCode, string>> = {
  key_required: 'Bearer realm="trainyard"',
  key_invalid: 'Bearer realm="trainyard", error="invalid_token"',
  scope_missing: 'Bearer realm="trainyard", error="insufficient_scope"',
};

declare module 'fastify' {
  interface FastifyReply {
    /** The code of the problem in the response, if it is one. */
    problem: ErrorCode | null;
  }
}

const LOCKED = 'Another program has locked the database. Nothing has changed: retry.';
const LOCKED_RETRY_SECONDS = 2;
const DISK_FULL = 'The disk of the service is full. Nothing has changed: retry when there is space.';
/** An operator has to free space first. */
const DISK_FULL_RETRY_SECONDS = 60;

/**
 * Every error becomes a problem document (RFC 9457) that says how to fix it and contains no
 * internals.
 */
export function registerErrors(app: FastifyInstance): void {
  app.decorateReply('problem', null);
  app.setErrorHandler((error: FastifyError | ServiceError, request, reply) => {
    const known = error instanceof ServiceError ? error : toServiceError(error, request);
    if (known.code === 'internal_error' || known.code === 'storage_full') {
      request.log.error({ err: error, ...serializationIssues(error) }, 'request failed');
    }
    return sendProblem(request, reply, known);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, routeNotFound(request)));
}

/**
 * Responds to a request without a route before its body is read: issues of the body are irrelevant.
 */
export function rejectUnrouted(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.is404) throw routeNotFound(request);
  });
}

function routeNotFound({ method, url }: FastifyRequest): ServiceError {
  return new ServiceError('route_not_found', `There is no ${method} ${url.split('?')[0]}: see /docs.`);
}

/** For errors before Fastify finds a route: an address that cannot be decoded. */
export function handleUnrouted(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  // No hook runs for it.
  sendProblem(request, reply.headers(SECURITY_HEADERS), toServiceError(error, request));
}

/**
 * Headers of a response that a problem replaces before it is sent, such as one with a compressed
 * file.
 */
const CONTENT_HEADERS = ['content-encoding', 'content-length', 'etag'];

function sendProblem(request: FastifyRequest, reply: FastifyReply, error: ServiceError): FastifyReply {
  const { status, title } = HTTP[error.code];
  for (const name of CONTENT_HEADERS) reply.removeHeader(name);
  reply.problem = error.code;
  const problem: Problem = {
    type: `urn:trainyard:problem:${error.code}`,
    title,
    status,
    detail: truncated(error.message),
    instance: request.url.split('?')[0] ?? '/',
    code: error.code,
    requestId: request.id,
    ...(error.errors.length > 0 && { errors: listed(error.errors) }),
  };
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
  if (error.code in CHALLENGES) reply.header('www-authenticate', CHALLENGES[error.code]);
  return reply.code(status).type(PROBLEM_TYPE).serializer(toText).send(problem);
}

function listed(errors: readonly FieldError[]): Problem['errors'] {
  return errors
    .slice(0, MAX_LISTED)
    .map(({ path, message }) => ({ path: truncated(path), message: truncated(message) }));
}

/** Messages repeat client input, which may be long. */
function truncated(text: string): string {
  return text.length > MAX_ECHO_LENGTH ? `${text.slice(0, MAX_ECHO_LENGTH)}…` : text;
}

/**
 * A key that a client puts into the address is never repeated in a response, which may be logged.
 */
function toText(problem: unknown): string {
  return redactKeys(JSON.stringify(problem));
}

/**
 * Replaces Fastify's own errors with those of the service. Unknown ones are internal errors without
 * details.
 */
function toServiceError(error: FastifyError, request: FastifyRequest): ServiceError {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return bodyTooLarge(request.routeOptions.bodyLimit);
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ServiceError('route_not_found', 'Path is too long.');
    case 'FST_ERR_BAD_URL':
      return new ServiceError(
        'invalid_request',
        'The address has a % that is not an escape: write %25 for a literal %.',
      );
    case 'ECONNRESET':
      // The client has aborted the request: it reads no response, and this is not an internal
      // error.
      return new ServiceError('invalid_request', 'The body was incomplete.');
    default:
  }
  if (isLocked(error)) return new ServiceError('unavailable', LOCKED, [], LOCKED_RETRY_SECONDS);
  if (isFull(error)) return new ServiceError('storage_full', DISK_FULL, [], DISK_FULL_RETRY_SECONDS);
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new ServiceError('invalid_request', 'The request could not be read.');
  }
  return new ServiceError('internal_error', INTERNAL_ERROR_DETAIL);
}

function serializationIssues(error: unknown): { issues?: unknown } {
  return isResponseSerializationError(error) ? { issues: error.cause.issues } : {};
}
