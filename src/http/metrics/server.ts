import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SECURITY_HEADERS } from '../network/securityHeaders.ts';
import { METRICS_TYPE } from './format.ts';

export interface MetricsServerOptions {
  /** All metrics in the format of Prometheus. */
  readonly scrape: () => Promise<string>;
  readonly host: string;
  /** 0 selects a free one. */
  readonly port: number;
}

export interface MetricsServer {
  /** Such as `http://127.0.0.1:9464`. */
  readonly address: string;
  close(): void;
}

/** A collector of metrics needs one or two. */
const MAX_CONNECTIONS = 32;
const TIMEOUTS = { headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000 };
const READ_METHODS = ['GET', 'HEAD'];
const ALLOW = [...READ_METHODS, 'OPTIONS'].join(', ');

/**
 * Serves the metrics of a process without an API, `GET /metrics`, and its liveness, `GET /healthz`.
 * Rejects if the port cannot be used.
 */
export async function serveMetrics({ scrape, host, port }: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer(TIMEOUTS, requestListener(scrape));
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  // A server that listens on a port has an address of this type.
  const { address, family, port: bound } = server.address() as AddressInfo;
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function requestListener(scrape: MetricsServerOptions['scrape']): RequestListener {
  const pages: Readonly<Record<string, () => Promise<string>>> = {
    '/metrics': scrape,
    '/healthz': async () => 'ok\n',
  };
  return async ({ url = '', method = '' }, response) => {
    response.setHeaders(new Map(Object.entries({ ...SECURITY_HEADERS, 'content-type': METRICS_TYPE })));
    const path = url.split('?', 1)[0];
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) response.writeHead(404).end('Use /metrics or /healthz.\n');
    else if (method === 'OPTIONS') response.writeHead(204, { allow: ALLOW }).end();
    else if (!READ_METHODS.includes(method)) response.writeHead(405, { allow: ALLOW }).end('Use GET.\n');
    else response.end(await page());
  };
}
