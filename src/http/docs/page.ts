import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, RouteHandlerMethod, RouteOptions } from 'fastify';
import { markPublic } from '../access/guard.ts';
import { fixedContent } from '../compression/fixedContent.ts';

const PATH = '/docs';
const ASSETS = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static');

/**
 * All content comes from this service. Swagger UI's own policy has `upgrade-insecure-requests`: a
 * browser that opens the page over plain HTTP, other than from loopback, would request its scripts
 * over HTTPS and show nothing.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Swagger UI at `/docs`. `document` returns the OpenAPI document. */
export async function registerDocsPage(app: FastifyInstance, document: RouteHandlerMethod): Promise<void> {
  await app.register(async (docs) => {
    docs.addHook('onRoute', markPublic);
    replaceHandlers(docs, {
      [`${PATH}/json`]: document,
      [`${PATH}/yaml`]: fixedContent('application/yaml; charset=utf-8', async () => app.swagger({ yaml: true })),
    });
    serveAssets(docs);
    await docs.register(swaggerUi, {
      routePrefix: PATH,
      staticCSP: CONTENT_SECURITY_POLICY,
      theme: { title: 'Trainyard' },
      uiConfig: {
        layout: 'BaseLayout',
        docExpansion: 'none',
        defaultModelsExpandDepth: 0,
        tryItOutEnabled: true,
        displayRequestDuration: true,
      },
    });
  });
}

/** Swagger UI serializes the document for each request. */
function replaceHandlers(docs: FastifyInstance, handlers: Readonly<Record<string, RouteHandlerMethod>>): void {
  docs.addHook('onRoute', (route: RouteOptions) => {
    route.handler = handlers[route.url] ?? route.handler;
  });
}

const ASSET_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Files that compress well. Swagger UI's own wildcard route serves the others. */
function serveAssets(docs: FastifyInstance): void {
  for (const name of readdirSync(ASSETS)) {
    const type = ASSET_TYPES[extname(name)];
    if (type === undefined) continue;
    const content = fixedContent(type, () => readFile(join(ASSETS, name)));
    docs.get(`${PATH}/static/${name}`, { schema: { hide: true } }, content);
  }
}
