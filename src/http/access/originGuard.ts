import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../config/config.ts';
import { ServiceError } from '../../kit/contract/errors.ts';

/**
 * For a service without keys, which only programs of this machine may ask. Its browsers are
 * programs of this machine too, so requests of pages from elsewhere are refused. Such a page sends
 * its own Origin, or says so in Sec-Fetch-Site, or, where its name was made to lead here (DNS
 * rebinding), has that name as the Host. Throws ServiceError `origin_refused`.
 */
export function originGuard({ method, headers }: FastifyRequest): void {
  const { host = '', origin } = headers;
  if (!isLoopback(nameOf(`http://${host}`))) {
    throw new ServiceError('origin_refused', `Without keys this service answers to localhost alone. ${REMEDY}`);
  }
  if (origin !== undefined && hostOf(origin) !== hostOf(`http://${host}`)) throw crossOrigin(`Origin: ${origin}`);
  const site = headers['sec-fetch-site'];
  if (FOREIGN_SITES.has(site) && !isNavigation(method, headers)) throw crossOrigin(`Sec-Fetch-Site: ${site}`);
}

/**
 * Values of Sec-Fetch-Site (W3C Fetch Metadata). `same-site` is another port of this machine: a
 * page there may belong to any program, and its Origin is refused as well. Only `same-origin` and
 * `none`, an address that a person typed, remain, and clients that are no browsers, which send
 * nothing.
 */
const FOREIGN_SITES: ReadonlySet<unknown> = new Set(['cross-site', 'same-site']);

/**
 * A link from another site that a person follows. It changes nothing, and that site cannot read the
 * answer.
 */
function isNavigation(method: string, headers: IncomingHttpHeaders): boolean {
  const isRead = method === 'GET' || method === 'HEAD';
  return isRead && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function crossOrigin(header: string): ServiceError {
  const message = `Without keys this service answers to no page from elsewhere, and the request has "${header}". ${REMEDY}`;
  return new ServiceError('origin_refused', message);
}

const REMEDY =
  'Make a key with `trainyard keys create`, or start the service with --allow-remote-without-keys behind a proxy that checks who comes.';

function nameOf(url: string): string {
  return URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? '';
}

/** With the port; the empty text for what is no address, such as the Origin `null`. */
function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '';
}
