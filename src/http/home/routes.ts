import type { FastifyInstance, FastifyRequest } from 'fastify';
import { preferredFormat } from './accept.ts';
import { HOME_POLICY, homeAsHtml, homeAsText, homeOf } from './content.ts';

/** A host name, an IPv4 address or an IPv6 address in brackets, with or without a port. */
const HOST = /^(?:[a-z\d](?:[a-z\d._-]{0,252}[a-z\d])?|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** `GET /`: how to use the service at the address of the client, as text, HTML or JSON. */
export function registerHome(app: FastifyInstance, version: string): void {
  app.get('/', { config: { scope: 'public' }, schema: { hide: true } }, (request, reply) => {
    const home = homeOf(originOf(request), version);
    reply.headers({ vary: 'accept', 'cache-control': 'no-store' });
    switch (preferredFormat(request.headers.accept)) {
      case 'application/json':
        return reply.send(home);
      case 'text/html':
        return reply
          .header('content-security-policy', HOME_POLICY)
          .type('text/html; charset=utf-8')
          .send(homeAsHtml(home));
      case 'text/plain':
        return reply.type('text/plain; charset=utf-8').send(homeAsText(home));
    }
  });
}

/** A client may send anything as Host. An invalid host is replaced by localhost. */
function originOf({ headers, socket }: FastifyRequest): string {
  const { host = '', 'x-forwarded-proto': proxied } = headers;
  if (!HOST.test(host)) return `http://localhost:${socket.localPort ?? 80}`;
  return `${proxied === 'https' ? 'https' : 'http'}://${host}`;
}
