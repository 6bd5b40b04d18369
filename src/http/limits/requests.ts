import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { ServiceError } from '../../kit/contract/errors.ts';
import { type ErrorStatus, errorResponses } from '../../kit/contract/wire.ts';
import { BODY_METHODS, refuseOtherFormats } from './bodyFormats.ts';
import { rejectUnknownQuery } from './unknownQuery.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Of a route that reads its body as a stream: the most bytes that it reads. Others read JSON
     * within the limit of all.
     */
    maxStreamedBytes?: number;
    /**
     * The one format that such a route holds whole in memory all the same, within the limit of all.
     */
    buffers?: string;
    /**
     * Of a route that answers by its path alone, such as 405: nothing else in the request is
     * refused.
     */
    readsPathOnly?: boolean;
  }
}

/**
 * Refuses what the route would ignore without a word: parameters in the address, a body in a format
 * or encoding that it does not read; and a body that is declared larger than the route reads,
 * before a byte of it is read. Throws ServiceError.
 */
export function rejectUnreadable(request: FastifyRequest, reply: FastifyReply): void {
  if (request.is404 || request.routeOptions.config.readsPathOnly) return;
  rejectUnknownQuery(request);
  refuseOtherFormats(request, reply);
  rejectDeclaredLength(request);
}

function rejectDeclaredLength({ headers, routeOptions }: FastifyRequest): void {
  const maxBytes = routeOptions.config.maxStreamedBytes ?? routeOptions.bodyLimit;
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
}

export function bodyTooLarge(maxBytes: number): ServiceError {
  return new ServiceError('payload_too_large', `The body is larger than the ${maxBytes} bytes that this route reads.`);
}

/** Says in the documentation of a route what it answers by the limits that hold for all. */
export function documentRefusals(route: RouteOptions): void {
  const { scope, readsPathOnly } = route.config ?? {};
  if (scope === undefined || readsPathOnly) return;
  const hasBody = [route.method].flat().some((method) => BODY_METHODS.includes(method));
  const refusals = errorResponses(...refusalsOf(hasBody, scope === 'public'));
  route.schema = { ...route.schema, response: { ...refusals, ...(route.schema?.response as object | undefined) } };
}

/** A public route is answered under any load. */
function refusalsOf(hasBody: boolean, isPublic: boolean): readonly ErrorStatus[] {
  if (hasBody) return [400, 408, 413, 415, 503];
  return isPublic ? [400] : [400, 503];
}
