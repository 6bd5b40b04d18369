import type { Readable } from 'node:stream';
import type { z } from 'zod';

/** The schema of a body that a handler sends as a stream of its text. */
export function streamed(schema: z.ZodType): z.ZodType<Readable> {
  // Streams bypass the serializer, so the schema only documents the parsed body.
  return schema as z.ZodType as z.ZodType<Readable>;
}
