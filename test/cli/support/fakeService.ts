import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * The responses to `GET /v1/…` and so on, without the query. The responses of a list are sent in
 * order, the last one repeatedly.
 */
export type Answers = Readonly<Record<string, readonly Answer[]>>;

/**
 * An HTTP server that sends these responses and records its requests. `onRequest` runs before each
 * response. Stop it with `await using`.
 */
export async function startFakeService(answers: Answers, onRequest: (asked: Received) => unknown = () => undefined) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const asked = { method, path: url, headers: request.headers, body: await buffer(request) };
    received.push(asked);
    onRequest(asked);
    const name = `${method} ${url.split('?')[0]}`;
    const times = received.filter(({ method, path }) => `${method} ${path.split('?')[0]}` === name).length;
    const list = answers[name] ?? [{ status: 404, body: {} }];
    const {
      status = 200,
      type = 'application/json',
      headers,
      body,
    } = list[Math.min(times, list.length) - 1] ?? { body: {} };
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
