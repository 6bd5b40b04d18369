import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { transformFormats } from './bodyFormats.ts';
import { withUsedSchemas } from './components.ts';

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
      tags: [
        { name: 'Datasets', description: 'Tables, uploaded and profiled.' },
        { name: 'Networks', description: 'The shapes of a network, before it is trained.' },
        { name: 'Jobs', description: 'Trainings in the background.' },
        { name: 'Models', description: 'Trained networks: predictions, metrics, parameters.' },
        { name: 'System', description: 'The service itself.' },
      ],
    },
    transform: transformFormats,
    transformObject: (document) => withUsedSchemas(jsonSchemaTransformObject(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Trainyard' },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list', tryItOutEnabled: true },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
