/**
 * The caller of a request and what it may access: access determines it, every other room uses it.
 */
import type {} from 'fastify';

/** The permissions of a key. */
export const SCOPES = ['read', 'train', 'predict', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** The limits of a project; null means unlimited. */
export interface Quotas {
  readonly runningJobs: number | null;
  readonly queuedJobs: number | null;
  /** Uploads as they were received, and the parameters and stored outputs of models. */
  readonly storedBytes: number | null;
  /** Of one prediction request. */
  readonly predictRows: number | null;
}

/** The project whose resources a request reads and creates. */
export interface Tenant {
  readonly project: string;
  readonly quotas: Quotas;
}

export interface Caller extends Tenant {
  /** Null if the service has no keys and anyone may do anything. */
  readonly keyId: string | null;
  readonly scopes: readonly Scope[];
  /** Null means unlimited. */
  readonly requestsPerSecond: number | null;
}

/** The project of everything created without a key. Its admins manage the other projects. */
export const DEFAULT_PROJECT = 'default';
export const NO_QUOTAS: Quotas = { runningJobs: null, queuedJobs: null, storedBytes: null, predictRows: null };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler runs, on every route that is not public. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /**
     * The scope that a request to this route requires; `public` requires no key. A route without a
     * scope is not registered.
     */
    scope?: Scope | 'public';
  }
}
