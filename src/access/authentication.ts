import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../kit/clock.ts';
import { type Caller, DEFAULT_PROJECT, NO_QUOTAS, SCOPES } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import type { Logger } from '../kit/log.ts';
import type { Database } from '../store/database/database.ts';
import { fromJson } from '../store/database/json.ts';
import { createKeyStore, type KeyStore, type KeyWithQuotas } from './keyStore.ts';
import { fingerprintOf } from './keyText.ts';

export interface AuthenticationDeps {
  readonly database: Database;
  readonly clock: Clock;
  /** Rate limit of keys without their own; null means unlimited. */
  readonly requestsPerSecond: number | null;
  readonly log?: Logger | undefined;
}

/**
 * Identifies the caller of a request. Nothing is cached between requests, so a key is invalid as
 * soon as any process has revoked it.
 */
export interface Authentication {
  /** Whether the service has ever had a key; from then on it requires one. */
  hasKeys(): Promise<boolean>;
  /**
   * The caller that sends this Authorization header. Throws ServiceError `key_required` and
   * `key_invalid`.
   */
  callerOf(authorization: string | undefined): Promise<Caller>;
  /** Those of the keys that are no longer valid. */
  invalid(keyIds: readonly string[]): Promise<readonly string[]>;
}

/** Interval at which uses are stored, instead of with each request. */
const LAST_USED_INTERVAL_MS = 60_000;

/** The caller of a service without keys. */
export const ANONYMOUS: Caller = {
  keyId: null,
  project: DEFAULT_PROJECT,
  scopes: SCOPES,
  quotas: NO_QUOTAS,
  requestsPerSecond: null,
};

export function createAuthentication(deps: AuthenticationDeps): Authentication {
  const { database, clock, log } = deps;
  const store = createKeyStore(database);
  let keysSeen = false;

  /** Rows of keys are never deleted, so the answer never changes back to false. */
  const hasKeys = async () => (keysSeen ||= await store.any());

  const recordUse = async ({ id, lastUsedAt }: KeyWithQuotas, now: number) => {
    const after = now - LAST_USED_INTERVAL_MS;
    if (lastUsedAt !== null && lastUsedAt > after) return;
    // A database that cannot be written must not prevent reading.
    await store.touch(id, now, after).catch((error) => log?.warn({ err: error }, 'the use of a key was not stored'));
  };

  return {
    hasKeys,

    async callerOf(authorization) {
      if (!(await hasKeys())) return ANONYMOUS;
      const now = clock();
      const key = await findKey(store, bearerOf(authorization));
      if (key === undefined || !isValid(key, now)) {
        throw new ServiceError('key_invalid', 'The key is unknown, expired or revoked. Ask an admin for a new one.');
      }
      await recordUse(key, now);
      return toCaller(key, deps.requestsPerSecond);
    },

    invalid: (keyIds) => store.invalid(keyIds, clock()),
  };
}

/** The token of a Bearer header (RFC 6750). */
function bearerOf(authorization: string | undefined): string {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (token !== undefined) return token;
  throw keyRequired();
}

export function keyRequired(): ServiceError {
  return new ServiceError('key_required', 'Send an API key: `Authorization: Bearer ty_…`.');
}

/**
 * The key with that text. Its hash is compared in constant time, so that the duration reveals
 * nothing about the stored hashes.
 */
async function findKey(store: KeyStore, text: string): Promise<KeyWithQuotas | undefined> {
  const fingerprint = fingerprintOf(text);
  if (fingerprint === undefined) return undefined;
  const candidates = await store.findByPrefix(fingerprint.prefix);
  return candidates.find(({ sha256 }) => timingSafeEqual(sha256, fingerprint.sha256));
}

function isValid({ revokedAt, expiresAt }: KeyWithQuotas, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

function toCaller(key: KeyWithQuotas, defaultRequestsPerSecond: number | null): Caller {
  const { id, project, scopes, requestsPerSecond, runningJobs, queuedJobs, storedBytes, predictRows } = key;
  return {
    keyId: id,
    project,
    // The column is written from a list of scopes.
    scopes: fromJson(scopes),
    quotas: { runningJobs, queuedJobs, storedBytes, predictRows },
    requestsPerSecond: requestsPerSecond ?? defaultRequestsPerSecond,
  };
}
