import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { Authentication } from '../../access/authentication.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Scope } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { errorResponses } from '../../kit/contract/wire.ts';
import { closeRevoked } from './closeRevoked.ts';
import { createFailedKeys } from './failedKeys.ts';
import { originGuard } from './originGuard.ts';
import { createRateLimits } from './rateLimits.ts';

export interface GuardDeps {
  readonly authentication: Pick<Authentication, 'callerOf' | 'invalid'>;
  /** Without keys: accept requests from any machine. */
  readonly allowRemoteWithoutKeys: boolean;
  /** From one address, before such requests get 429. */
  readonly maxFailedKeysPerMinute: number;
  readonly clock: Clock;
}

/** The name of the security scheme in the OpenAPI document. */
export const KEY_SCHEME = 'key';

/**
 * Only lets a request reach its route with a key of the scope that the route declares. Register it
 * before any route: the app does not become ready with a route without a scope.
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
      throw new Error(`Every route must declare its scope in its config; missing in ${silent.join(', ')}.`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { scope } = request.routeOptions.config;
    if (scope === 'public' || request.is404) return;
    if (scope === undefined) throw new Error(`The route ${request.routeOptions.url} was registered before the guard.`);
    const caller = await authentication.callerOf(request.headers.authorization).catch((error: unknown) => {
      const refusal = isKeyError(error) ? failedKeys.count(request.ip) : undefined;
      if (refusal === undefined) throw error;
      // A client that continues like this must reconnect for each request.
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
 * For routes of plugins that serve static files: add it as an `onRoute` hook of their own context.
 */
export function markPublic(route: RouteOptions): void {
  route.config = { ...route.config, scope: 'public' };
}

/** A request without a key can only be malformed. */
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
  throw new ServiceError('scope_missing', `${method} ${url} requires a key with the scope ${scope}.`);
}
