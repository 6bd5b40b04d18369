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
  'An API key, `ty_…`, of the scope that the operation names; the scope `admin` has all others in it. A service without any key wants none, and answers ' +
  'to its own machine alone. A key sees what belongs to its project: anything else answers as if it were not there. Where a key has a limit of requests ' +
  'a second, every answer says with `RateLimit-Policy` and `RateLimit` how much of it is left.';

/** The links work in Swagger UI. */
const DESCRIPTION = `Trains deep neural networks on structured data.

1. [Upload a table](#/Datasets/uploadDataset).
2. [Queue a training](#/Jobs/createJob) on it, with the column to predict.
3. [Follow the job](#/Jobs/getJob) until it has succeeded.
4. [Predict](#/Models/predict) with its model.`;

/**
 * `/openapi.json` and Swagger UI at `/docs`, both made from the routes' zod schemas. Register
 * before the routes.
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
      servers: [{ url: '/', description: 'The service that this document comes from.' }],
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
