import type { FastifyRequest, RouteOptions } from 'fastify';
import { pointer, ServiceError } from '../../kit/errors.ts';
import { invalidRequest } from '../../kit/validation.ts';
import { errorResponses } from '../../kit/wire.ts';
import { hasBody } from './hasBody.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route that reads its body as a stream: the most bytes that it reads. Others read JSON within the limit of all. */
    maxStreamedBytes?: number;
    /** The one format that such a route holds whole in memory all the same, within the limit of all. */
    holds?: string;
    /** Whether the route unpacks a body by its Content-Encoding. */
    unpacks?: boolean;
  }
}

/**
 * Refuses what the route would pass over without a word: parameters in the address, a body or an encoding that it does not read; and a body
 * that is declared larger than it may be, before a byte of it is read. Throws ServiceError.
 */
export function refuseWhatNobodyReads(request: FastifyRequest): void {
  const { config, schema } = request.routeOptions;
  if (request.is404 || config.scope === 'public') return;
  if (schema?.querystring === undefined) refuseParameters(request);
  if (!hasBody(request)) return;
  refuseEncoding(request);
  refuseDeclared(request);
}

function refuseParameters({ query }: FastifyRequest): void {
  const names = Object.keys(query as object);
  if (names.length === 0) return;
  const message = 'Unknown parameter: this route takes none.';
  throw invalidRequest(names.map((name) => ({ path: pointer([name]), message })));
}

function refuseEncoding({ headers, routeOptions }: FastifyRequest): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding === 'identity' || routeOptions.config.unpacks) return;
  throw new ServiceError(
    'unsupported_encoding',
    'This route reads no packed bodies: send it without Content-Encoding.',
  );
}

function refuseDeclared({ headers, routeOptions }: FastifyRequest): void {
  const most = routeOptions.config.maxStreamedBytes ?? routeOptions.bodyLimit;
  if (Number(headers['content-length'] ?? 0) > most) throw bodyTooLarge(most);
}

export function bodyTooLarge(mostBytes: number): ServiceError {
  return new ServiceError('payload_too_large', `The body is larger than the ${mostBytes} bytes that this route reads.`);
}

const BODY_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Says in the documentation of a route what it answers by the limits that hold for all. */
export function documentRefusals(route: RouteOptions): void {
  const { scope } = route.config ?? {};
  if (scope === undefined || scope === 'public') return;
  const methods = [route.method].flat();
  const takesBody = methods.some((method) => BODY_METHODS.includes(method));
  const refusals = takesBody ? errorResponses(400, 408, 413, 415, 503) : errorResponses(400, 503);
  route.schema = { ...route.schema, response: { ...refusals, ...(route.schema?.response as object | undefined) } };
}
