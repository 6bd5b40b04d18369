import { ANYBODY } from '../../src/access/authentication.ts';
import type { GuardParts } from '../../src/http/guard.ts';
import { DEFAULT_PROJECT, NO_QUOTAS, type Tenant } from '../../src/kit/caller.ts';

/** Whose things are used where a test is not about projects. */
export const TENANT: Tenant = { project: DEFAULT_PROJECT, quotas: NO_QUOTAS };

/** The guard of a service without keys. */
export const OPEN_GUARD: GuardParts = {
  authentication: { callerOf: async () => ANYBODY, invalid: async () => [] },
  allowRemoteWithoutKeys: false,
  clock: Date.now,
};
