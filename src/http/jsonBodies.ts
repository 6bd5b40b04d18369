import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ServiceError } from '../kit/contract/errors.ts';
import { type JsonLimits, jsonLimitError, membersFor } from '../kit/contract/json.ts';
import { invalidJson } from '../kit/contract/jsonSyntax.ts';
import { yieldToEventLoop } from '../kit/yieldToEventLoop.ts';
import type { HttpLimits } from './limits/limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The replacement for NaN and Infinity, which JSON does not have, in messages of this route.
     */
    insteadOfNaN?: string;
  }
}

/**
 * Parsing it needs milliseconds: concurrent bodies are parsed one in each turn of the event loop.
 */
const LARGE_JSON_LENGTH = 2 ** 18;

/**
 * Only JSON, unless a room supports more. Fastify also reads text/plain by default, which would be
 * JSON with the wrong name.
 */
export function readJsonBodies(app: FastifyInstance, limits: HttpLimits): void {
  const size: JsonLimits = {
    depth: limits.maxJsonDepth,
    values: limits.maxJsonValuesWithoutRows,
    members: membersFor(limits.maxColumns),
  };
  app.addHook('preValidation', async (request) => demandBody(request));
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (request.routeOptions.schema?.body === undefined) {
      // Many clients name a format although they send nothing or an empty object.
      const isNothing = /^(\{\s*\})?$/.test(body.trim());
      return isNothing ? done(null, undefined) : done(new ServiceError('invalid_request', 'This route has no body.'));
    }
    if (body.trim() === '') return done(null, undefined);
    const parse = () => {
      const tooMuch = jsonLimitError(body, size);
      if (tooMuch) return done(tooMuch);
      parseJson(request, body, (error, value) => (error ? done(unreadable(request, body)) : done(null, value)));
    };
    return body.length < LARGE_JSON_LENGTH ? parse() : void yieldToEventLoop().then(parse);
  });
}

/**
 * Throws ServiceError `invalid_json` for an empty body if the route requires one. Streams check
 * theirs while reading.
 */
function demandBody({ body, routeOptions }: FastifyRequest): void {
  const schema = routeOptions.schema?.body;
  if (body !== undefined || !(schema instanceof z.ZodType) || schema.safeParse(undefined).success) return;
  throw new ServiceError('invalid_json', 'The body is empty: send a JSON object.');
}

function unreadable({ routeOptions }: FastifyRequest, body: string): ServiceError {
  const detail = 'The body has a key __proto__, or a constructor with a prototype. These are not allowed: remove it.';
  return (
    invalidJson(body, 'The body', { insteadOfNaN: routeOptions.config.insteadOfNaN }) ??
    // The body is valid JSON, but Fastify rejects keys that would change the prototype of an
    // object.
    new ServiceError('invalid_json', detail)
  );
}
