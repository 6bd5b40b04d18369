import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { KEY_SCHEME } from '../access/guard.ts';
import { fixedContent } from '../compression/fixedContent.ts';
import { transformFormats } from './bodyFormats.ts';
import { withUsedSchemas } from './components.ts';
import { registerDocsPage } from './page.ts';
import { inOrderOfUse, SECTIONS } from './sections.ts';

const ABOUT_KEYS =
  'An API key, `ty_…`, with the scope that the operation names; the scope `admin` includes all others. A service without keys requires none, and responds ' +
  'only to its own machine. A key can access the resources of its project: others get the same response as missing ones. If a key has a rate limit, ' +
  'every response has the headers `RateLimit-Policy` and `RateLimit` with the remaining requests.';

/** The links work in Swagger UI. */
const DESCRIPTION = `Trains deep neural networks on structured data.

1. [Upload a table](#/Datasets/uploadDataset).
2. [Queue a training](#/Jobs/createJob) on it, with the column to predict.
3. [Follow the job](#/Jobs/getJob) until it has succeeded.
4. [Predict](#/Models/predict) with its model.`;

/**
 * `/openapi.json` and Swagger UI at `/docs`, both generated from the routes' zod schemas. Register
 * it before the routes.
 */
export async function registerOpenapi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Trainyard',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'The service that serves this document.' }],
      components: { securitySchemes: { [KEY_SCHEME]: { type: 'http', scheme: 'bearer', description: ABOUT_KEYS } } },
      tags: SECTIONS.map(({ name, description }) => ({ name, description })),
    },
    transform: transformFormats,
    transformObject: (document) => inOrderOfUse(withUsedSchemas(jsonSchemaTransformObject(document))),
  });
  const document = fixedContent('application/json; charset=utf-8', async () => JSON.stringify(app.swagger()));
  await registerDocsPage(app, document);
  app.get('/openapi.json', { config: { scope: 'public' }, schema: { hide: true } }, document);
}
