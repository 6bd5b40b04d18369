import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { Authentication } from '../../access/authentication.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Scope } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { errorResponses } from '../../kit/contract/wire.ts';
import { closeRevoked } from '../closeRevoked.ts';
import { createFailedKeys } from './failedKeys.ts';
import { originGuard } from './originGuard.ts';
import { createRateLimits } from './rateLimits.ts';

export interface GuardDeps {
  readonly authentication: Pick<Authentication, 'callerOf' | 'invalid'>;
  /** Without keys: answer whoever comes, from wherever. */
  readonly allowRemoteWithoutKeys: boolean;
  /** From one address, before such requests are answered 429. */
  readonly maxFailedKeysPerMinute: number;
  readonly clock: Clock;
}

/** The name of the security scheme in the OpenAPI document. */
export const KEY_SCHEME = 'key';

/**
 * Lets a request reach its route only with a key of the scope that the route declares. Register
 * before any route: the app does not become ready with one that declares none.
 */
export function registerGuard(app: FastifyInstance, deps: GuardDeps): void {
  const { authentication, allowRemoteWithoutKeys, clock } = deps;
  const rateLimits = createRateLimits(clock);
  const failedKeys = createFailedKeys(deps.maxFailedKeysPerMinute, clock);
  const routes: RouteOptions[] = [];
  app.decorateRequest('caller');
  app.addHook('onRoute', (route) => {
    routes.push(route);
    documentScope(route);
  });
  app.addHook('onReady', async () => {
    const silent = routes
      .filter(({ config }) => config?.scope === undefined)
      .map(({ method, url }) => `${method} ${url}`);
    if (silent.length > 0)
      throw new Error(`Every route declares its scope in its config; not so ${silent.join(', ')}.`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { scope } = request.routeOptions.config;
    if (scope === 'public' || request.is404) return;
    if (scope === undefined) throw new Error(`The route ${request.routeOptions.url} was there before the guard.`);
    const caller = await authentication.callerOf(request.headers.authorization).catch((error: unknown) => {
      const refusal = isKeyError(error) ? failedKeys.count(request.ip) : undefined;
      if (refusal === undefined) throw error;
      // Whoever goes on like this has to connect anew for each.
      reply.header('connection', 'close');
      throw refusal;
    });
    if (caller.keyId === null && !allowRemoteWithoutKeys) originGuard(request);
    rateLimits.consume(caller, reply);
    requireScope(request, caller.scopes, scope);
    request.caller = caller;
  });
  closeRevoked(app, authentication);
}

/**
 * For routes of plugins that serve static files: add it as an `onRoute` hook of a context of their
 * own.
 */
export function markPublic(route: RouteOptions): void {
  route.config = { ...route.config, scope: 'public' };
}

/** Without a key a request can only be malformed. */
const PUBLIC_REFUSALS = [400] as const;
const REFUSALS = [401, 403, 429] as const;

function documentScope(route: RouteOptions): void {
  const scope = route.config?.scope;
  const { response, ...schema } = route.schema ?? {};
  if (scope === undefined || schema.hide) return;
  const isPublic = scope === 'public';
  route.schema = {
    ...schema,
    security: isPublic ? [] : [{ [KEY_SCHEME]: [scope] }],
    response: { ...errorResponses(...(isPublic ? PUBLIC_REFUSALS : REFUSALS)), ...(response as object | undefined) },
  };
}

function isKeyError(error: unknown): boolean {
  return error instanceof ServiceError && (error.code === 'key_required' || error.code === 'key_invalid');
}

function requireScope(request: FastifyRequest, scopes: readonly Scope[], scope: Scope): void {
  if (scopes.includes(scope) || scopes.includes('admin')) return;
  const { method, url } = request.routeOptions;
  throw new ServiceError('scope_missing', `${method} ${url} takes a key with the scope ${scope}.`);
}
