import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../config/config.ts';
import { ServiceError } from '../../kit/contract/errors.ts';

/**
 * For a service without keys, which only programs of this machine may use. Its browsers are such
 * programs too, so requests from pages of other origins are refused. Such a page sends its own
 * Origin, or Sec-Fetch-Site, or, if its name resolves to this machine (DNS rebinding), has that
 * name as the Host. Throws ServiceError `origin_refused`.
 */
export function originGuard({ method, headers }: FastifyRequest): void {
  const { host = '', origin } = headers;
  if (!isLoopback(nameOf(`http://${host}`))) {
    throw new ServiceError('origin_refused', `Without keys this service responds to localhost only. ${REMEDY}`);
  }
  if (origin !== undefined && hostOf(origin) !== hostOf(`http://${host}`)) throw crossOrigin(`Origin: ${origin}`);
  const site = headers['sec-fetch-site'];
  if (FOREIGN_SITES.has(site) && !isNavigation(method, headers)) throw crossOrigin(`Sec-Fetch-Site: ${site}`);
}

/**
 * Values of Sec-Fetch-Site (W3C Fetch Metadata). `same-site` is another port of this machine: its
 * page may belong to any program, and its Origin is refused as well. The remaining ones are
 * `same-origin`, and `none` for an address that a person typed. Clients other than browsers send
 * nothing.
 */
const FOREIGN_SITES: ReadonlySet<unknown> = new Set(['cross-site', 'same-site']);

/**
 * A link on another site that a person follows. It changes nothing, and that site cannot read the
 * response.
 */
function isNavigation(method: string, headers: IncomingHttpHeaders): boolean {
  const isRead = method === 'GET' || method === 'HEAD';
  return isRead && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function crossOrigin(header: string): ServiceError {
  const message = `Without keys this service refuses requests from pages of other origins, and the request has "${header}". ${REMEDY}`;
  return new ServiceError('origin_refused', message);
}

const REMEDY =
  'Create a key with `trainyard keys create`, or start the service with --allow-remote-without-keys and a proxy that authenticates its clients.';

function nameOf(url: string): string {
  return URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? '';
}

/** Including the port; empty for anything but an address, such as the Origin `null`. */
function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '';
}
