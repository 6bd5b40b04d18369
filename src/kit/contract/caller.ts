/**
 * Who asks, and what of the service is theirs: what access finds out of a request and every other
 * room works with.
 */
import type {} from 'fastify';

/** What a key may do. */
export const SCOPES = ['read', 'train', 'predict', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a project may use at most; null does not bind. */
export interface Quotas {
  readonly runningJobs: number | null;
  readonly queuedJobs: number | null;
  /** Uploads, as they came, and the parameters of models. */
  readonly storedBytes: number | null;
  /** Of one predict call. */
  readonly predictRows: number | null;
}

/** Whose things a request sees and makes. */
export interface Tenant {
  readonly project: string;
  readonly quotas: Quotas;
}

export interface Caller extends Tenant {
  /** Null where the service has no keys and anybody may do anything. */
  readonly keyId: string | null;
  readonly scopes: readonly Scope[];
  /** Null does not bind. */
  readonly requestsPerSecond: number | null;
}

/**
 * The project of what was there before there were projects, and of all that is made without a key;
 * its admins manage the others.
 */
export const DEFAULT_PROJECT = 'default';
export const NO_QUOTAS: Quotas = { runningJobs: null, queuedJobs: null, storedBytes: null, predictRows: null };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler runs, on every route that is not public. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /**
     * What a key must be allowed to ask this of the service; `public` wants no key. A route that
     * does not say is not registered.
     */
    scope?: Scope | 'public';
  }
}
