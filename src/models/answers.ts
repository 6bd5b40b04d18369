import type { z } from 'zod';

/** A JSON answer of a route's `response` schema with its own words, the schema staying the named one. */
export function answer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}
