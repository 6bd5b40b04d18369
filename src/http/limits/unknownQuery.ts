import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { didYouMean } from '../../kit/contract/closest.ts';
import { pointer } from '../../kit/contract/errors.ts';
import { invalidRequest } from '../../kit/contract/validation.ts';

/**
 * Throws ServiceError `invalid_request` for parameters in the address that are not in the schema of
 * the route.
 */
export function rejectUnknownQuery({ query, routeOptions }: FastifyRequest): void {
  // Fastify parses every query to an object.
  const given = Object.keys(query as object);
  if (given.length === 0) return;
  const known = parametersOf(routeOptions.schema?.querystring);
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const names = known.length > 0 ? ` Known: ${known.join(', ')}.` : ' This route has none.';
  throw invalidRequest(
    unknown.map((name) => ({
      path: pointer([name]),
      message: `Unknown parameter.${didYouMean(name, known)}${names}`,
    })),
  );
}

/** Throws for a schema other than an object, because it does not list the parameters. */
function parametersOf(schema: unknown): readonly string[] {
  if (schema === undefined) return [];
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  throw new Error('The schema of a querystring must be a z.object or z.strictObject.');
}
