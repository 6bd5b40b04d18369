import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { transformFormats } from './bodyFormats.ts';
import { withUsedSchemas } from './components.ts';
import { KEY_SCHEME, openToAll } from './guard.ts';

const ABOUT_KEYS =
  'An API key, `ty_…`, of the scope that the operation names; the scope `admin` has all others in it. A service without any key wants none, and answers ' +
  'to its own machine alone. A key sees what belongs to its project: anything else answers as if it were not there. Where a key has a limit of requests ' +
  'a second, every answer says with `RateLimit-Policy` and `RateLimit` how much of it is left.';

/** `/openapi.json` and Swagger UI at `/docs`, both made from the routes' zod schemas. Register before the routes. */
export async function registerOpenapi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Trainyard',
        version,
        description:
          'Trains deep neural networks on structured data: upload a table, queue a training, watch it, and ask the model for predictions.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { [KEY_SCHEME]: { type: 'http', scheme: 'bearer', description: ABOUT_KEYS } } },
      tags: [
        { name: 'Datasets', description: 'Tables, uploaded and profiled.' },
        { name: 'Networks', description: 'The shapes of a network, before it is trained.' },
        { name: 'Jobs', description: 'Trainings in the background.' },
        { name: 'Models', description: 'Trained networks: predictions, metrics, parameters.' },
        { name: 'Access', description: 'API keys, and the projects that they belong to.' },
        { name: 'Webhooks', description: 'Being called when jobs end.' },
        { name: 'System', description: 'The service itself.' },
      ],
    },
    transform: transformFormats,
    transformObject: (document) => withUsedSchemas(jsonSchemaTransformObject(document)),
  });
  await app.register(async (docs) => {
    docs.addHook('onRoute', openToAll);
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      theme: { title: 'Trainyard' },
      uiConfig: { layout: 'BaseLayout', docExpansion: 'list', tryItOutEnabled: true },
    });
  });
  app.get('/openapi.json', { config: { scope: 'public' }, schema: { hide: true } }, () => app.swagger());
}
