import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../kit/errors.ts';
import { invalidJson } from '../kit/input/jsonSyntax.ts';
import { type JsonLimits, membersFor, tooMuchJson } from '../kit/json.ts';
import { nextTurn } from '../kit/turns.ts';
import type { HttpLimits } from './limits/limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What to send to the route instead of NaN and Infinity, which JSON does not have. */
    insteadOfNaN?: string;
  }
}

/** It takes milliseconds to parse: many that are here at once are parsed one a turn. */
const LARGE_JSON_LENGTH = 2 ** 18;

/** JSON alone, where a room does not read more. Fastify itself reads text/plain too, which would be JSON with the wrong name. */
export function readJsonBodies(app: FastifyInstance, limits: HttpLimits): void {
  const size: JsonLimits = {
    depth: limits.maxJsonDepth,
    values: limits.maxJsonValuesWithoutRows,
    members: membersFor(limits.maxColumns),
  };
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (request.routeOptions.schema?.body === undefined) {
      // Many clients name a format where they send nothing, or send an empty object.
      const isNothing = /^(\{\s*\})?$/.test(body.trim());
      return isNothing ? done(null, undefined) : done(new ServiceError('invalid_request', 'This route takes no body.'));
    }
    const parse = () => {
      const tooMuch = tooMuchJson(body, size);
      if (tooMuch) return done(tooMuch);
      parseJson(request, body, (error, value) => (error ? done(unreadable(request, body)) : done(null, value)));
    };
    return body.length < LARGE_JSON_LENGTH ? parse() : void nextTurn().then(parse);
  });
}

function unreadable({ routeOptions }: FastifyRequest, body: string): ServiceError {
  if (body.trim() === '') return new ServiceError('invalid_json', 'The body is empty: send a JSON object.');
  const detail = 'The body has a key __proto__, or a constructor with a prototype, which is not read: remove it.';
  return (
    invalidJson(body, 'The body', routeOptions.config.insteadOfNaN) ??
    // JSON it is: Fastify refuses keys that would change the prototype of an object.
    new ServiceError('invalid_json', detail)
  );
}
