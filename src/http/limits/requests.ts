import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { ServiceError } from '../../kit/contract/errors.ts';
import { type ErrorStatus, errorResponses } from '../../kit/contract/wire.ts';
import { BODY_METHODS, refuseOtherFormats } from './bodyFormats.ts';
import { rejectUnknownQuery } from './unknownQuery.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * For a route that reads its body as a stream: the maximum number of bytes. Others read JSON
     * within the common limit.
     */
    maxStreamedBytes?: number;
    /** The one format that such a route buffers in memory nevertheless, within the common limit. */
    buffers?: string;
    /**
     * For a route whose response depends on its path only, such as 405: nothing else in the request
     * is refused.
     */
    readsPathOnly?: boolean;
  }
}

/**
 * Refuses anything that the route would silently ignore: parameters in the address, and a body in
 * an unsupported format or encoding; also a body that is declared larger than the route allows,
 * before any of it is read. Throws ServiceError.
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
  return new ServiceError('payload_too_large', `The body is larger than the limit of ${maxBytes} bytes of this route.`);
}

/** Adds the error responses of the common limits to the documentation of a route. */
export function documentRefusals(route: RouteOptions): void {
  const { scope, readsPathOnly } = route.config ?? {};
  if (scope === undefined || readsPathOnly) return;
  const hasBody = [route.method].flat().some((method) => BODY_METHODS.includes(method));
  const refusals = errorResponses(...refusalsOf(hasBody, scope === 'public'));
  route.schema = { ...route.schema, response: { ...refusals, ...(route.schema?.response as object | undefined) } };
}

/** A public route responds under any load. */
function refusalsOf(hasBody: boolean, isPublic: boolean): readonly ErrorStatus[] {
  if (hasBody) return [400, 408, 413, 415, 503];
  return isPublic ? [400] : [400, 503];
}
