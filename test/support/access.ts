import { ANONYMOUS } from '../../src/access/authentication.ts';
import { readConfig } from '../../src/config/config.ts';
import { SERVICE_SETTINGS } from '../../src/config/settings.ts';
import type { GuardDeps } from '../../src/http/access/guard.ts';
import type { HttpLimits } from '../../src/http/limits/limits.ts';
import { DEFAULT_PROJECT, NO_QUOTAS, type Tenant } from '../../src/kit/contract/caller.ts';

/** The project of tests that are not about projects. */
export const TENANT: Tenant = { project: DEFAULT_PROJECT, quotas: NO_QUOTAS };

/** The guard of a service without keys. */
export const OPEN_GUARD: GuardDeps = {
  authentication: { callerOf: async () => ANONYMOUS, invalid: async () => [] },
  allowRemoteWithoutKeys: false,
  maxFailedKeysPerMinute: 60,
  clock: Date.now,
};

/**
 * The default limits of a service, without those on load: the test's own work, or a busy machine,
 * is not an overload of the service.
 */
export const HTTP_LIMITS: HttpLimits = {
  ...readConfig(SERVICE_SETTINGS, [], {}, {}).config,
  maxDelayMs: Number.POSITIVE_INFINITY,
};
