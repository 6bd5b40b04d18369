import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../config.ts';
import { ServiceError } from '../kit/errors.ts';

/**
 * For a service without keys, which only programs of this machine may ask. Its browsers are programs of this machine too, so a page from elsewhere
 * must be told from them: it sends its own Origin, or, where its name was made to lead here (DNS rebinding), that name as the Host.
 * Throws ServiceError `origin_refused`.
 */
export function refuseStrangers({ headers: { host = '', origin } }: FastifyRequest): void {
  if (!isLoopback(nameOf(`http://${host}`))) {
    throw new ServiceError('origin_refused', `Without keys this service answers to localhost alone. ${REMEDY}`);
  }
  if (origin !== undefined && hostOf(origin) !== hostOf(`http://${host}`)) {
    throw new ServiceError('origin_refused', `Without keys this service answers to no page from elsewhere. ${REMEDY}`);
  }
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
