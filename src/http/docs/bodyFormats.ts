import type { SwaggerTransform } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

interface Formats {
  readonly content: Readonly<Record<string, { readonly schema: unknown }>>;
}

/**
 * For routes that read several formats: `body: { content: { 'text/csv': { schema } } }`. The zod
 * transform supports only one format of a body.
 */
export const transformFormats: SwaggerTransform = (document) => {
  // A route may have no schema at all, which the type does not express.
  const { body, ...schema } = document.schema ?? {};
  if (!hasFormats(body)) return jsonSchemaTransform(document);
  const transformed = jsonSchemaTransform({ ...document, schema });
  const content = Object.entries(body.content).map(([mediaType, format]) => {
    const transformedFormat = jsonSchemaTransform({ ...document, schema: { body: format.schema } });
    return [mediaType, { schema: transformedFormat.schema.body }];
  });
  return { ...transformed, schema: { ...transformed.schema, body: { content: Object.fromEntries(content) } } };
};

function hasFormats(body: unknown): body is Formats {
  return typeof body === 'object' && body !== null && 'content' in body;
}
