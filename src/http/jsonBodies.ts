import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ServiceError } from '../kit/contract/errors.ts';
import { type JsonLimits, jsonLimitError, membersFor } from '../kit/contract/json.ts';
import { invalidJson } from '../kit/contract/jsonSyntax.ts';
import { yieldToEventLoop } from '../kit/yieldToEventLoop.ts';
import type { HttpLimits } from './limits/limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What to send to the route instead of NaN and Infinity, which JSON does not have. */
    insteadOfNaN?: string;
  }
}

/** It takes milliseconds to parse: many that are here at once are parsed one a turn. */
const LARGE_JSON_LENGTH = 2 ** 18;

/**
 * JSON alone, where a room does not read more. Fastify itself reads text/plain too, which would be
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
      // Many clients name a format where they send nothing, or send an empty object.
      const isNothing = /^(\{\s*\})?$/.test(body.trim());
      return isNothing ? done(null, undefined) : done(new ServiceError('invalid_request', 'This route takes no body.'));
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
 * Throws ServiceError `invalid_json` for no body where the route needs one. Streams check theirs as
 * they are read.
 */
function demandBody({ body, routeOptions }: FastifyRequest): void {
  const schema = routeOptions.schema?.body;
  if (body !== undefined || !(schema instanceof z.ZodType) || schema.safeParse(undefined).success) return;
  throw new ServiceError('invalid_json', 'The body is empty: send a JSON object.');
}

function unreadable({ routeOptions }: FastifyRequest, body: string): ServiceError {
  const detail = 'The body has a key __proto__, or a constructor with a prototype, which is not read: remove it.';
  return (
    invalidJson(body, 'The body', routeOptions.config.insteadOfNaN) ??
    // JSON it is: Fastify refuses keys that would change the prototype of an object.
    new ServiceError('invalid_json', detail)
  );
}
