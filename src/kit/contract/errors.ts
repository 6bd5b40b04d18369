/**
 * The errors that a client can cause, each with a stable code. `src/http/errors.ts` maps the codes
 * to HTTP.
 */
export const ERROR_CODES = [
  'invalid_request',
  'invalid_json',
  'key_required',
  'key_invalid',
  'scope_missing',
  'origin_refused',
  'route_not_found',
  'method_not_allowed',
  'dataset_not_found',
  'job_not_found',
  'model_not_found',
  'split_not_found',
  'member_not_found',
  'alias_not_found',
  'key_not_found',
  'project_not_found',
  'admin_key_required',
  'project_exists',
  'project_in_use',
  'webhook_not_found',
  'sweep_not_found',
  'trial_not_found',
  'report_not_found',
  'dataset_in_use',
  'model_in_use',
  'dataset_not_ready',
  'dataset_deleted',
  'job_wrong_state',
  'sweep_wrong_state',
  'trial_wrong_state',
  'report_wrong_state',
  'idempotency_key_in_use',
  'made_already',
  'too_many_webhooks',
  'payload_too_large',
  'unsupported_media_type',
  'unsupported_encoding',
  'invalid_file',
  'table_too_large',
  'trace_too_large',
  'invalid_spec',
  'invalid_sweep',
  'idempotency_key_reused',
  'invalid_rows',
  'invalid_network',
  'invalid_ensemble',
  'invalid_report',
  'nothing_to_measure',
  'too_many_streams',
  'too_many_requests',
  'queued_jobs_quota',
  'stored_bytes_quota',
  'predict_rows_quota',
  'storage_full',
  'unavailable',
  'overloaded',
  'internal_error',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** One issue of the input: its place (a JSON pointer, RFC 6901) and how to fix it. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/**
 * Maximum number of issues in one response: a body with a million issues must not cause a larger
 * response.
 */
export const MAX_LISTED = 100;

/**
 * An error that a client may read: it says what is wrong and how to fix it, and contains no
 * internals.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];
  /** A retry after this many seconds may succeed. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, detail: string, errors: readonly FieldError[] = [], retryAfterSeconds?: number) {
    super(detail);
    this.name = 'ServiceError';
    this.code = code;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The result, or undefined if it throws an error with that code. */
export async function unlessMissing<Thing>(code: ErrorCode, thing: Promise<Thing>): Promise<Thing | undefined> {
  try {
    return await thing;
  } catch (error) {
    if (error instanceof ServiceError && error.code === code) return undefined;
    throw error;
  }
}

/** The text that a client gets for an internal error: it contains no internals. */
export const INTERNAL_ERROR_DETAIL = 'Internal error. The log of the service has the details.';

/**
 * The JSON pointer of a path: `pointer(['network', 'layers', 2, 'units'])` is
 * `/network/layers/2/units`.
 */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
