import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Responds to the call. */
  readonly response: ServerResponse;
}

/** A server that responds to calls with the status of `reply`, or leaves the call open. */
export async function openReceiver(reply: (call: Received, index: number) => number | 'later' = () => 204) {
  const calls: Received[] = [];
  let changed = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const call = { headers: request.headers, body: await text(request), response };
    const status = reply(call, calls.push(call) - 1);
    if (status !== 'later') response.writeHead(status, { location: '/elsewhere' }).end();
    changed.resolve();
    changed = Promise.withResolvers();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    calls,
    /** Resolves when this many calls have arrived. */
    async called(times: number): Promise<readonly Received[]> {
      while (calls.length < times) await changed.promise;
      return calls;
    },
  };
}
