import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './addresses.ts';

/** Lower ports belong to other protocols, to which the service must not send requests. */
const FIRST_FREE_PORT = 1024;
const HTTPS_PORT = 443;

/** A host name with an address that webhooks must not call. */
export class RefusedTargetError extends Error {
  override readonly name = 'RefusedTargetError';
}

/**
 * The issue in the URL of a webhook; undefined: none in its text. `allowPrivate` allows HTTP and
 * any port and host.
 */
export function issueInUrl(text: string, allowPrivate: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return 'Not a web URL. Use one such as https://example.com/hook.';
  if (url.username || url.password)
    return 'The URL has a user name or a password. Remove it; the signature authenticates the calls.';
  if (allowPrivate) return undefined;
  if (url.protocol === 'http:') return 'HTTP is not encrypted. Use https.';
  const port = Number(url.port || HTTPS_PORT);
  if (port !== HTTPS_PORT && port < FIRST_FREE_PORT)
    return `Port ${port} belongs to another protocol. Use 443, or a port from ${FIRST_FREE_PORT}.`;
  if (isLiteral(url) && !isPublicAddress(hostOf(url)))
    return 'The address is not public. Use a public address; the service does not call its own networks.';
  return undefined;
}

/**
 * Resolves a host when the connection is made. Fails with RefusedTargetError if any address is not
 * public.
 */
export const lookupPublic: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '');
    if (!addresses.every(({ address }) => isPublicAddress(address))) return done(notPublic(), '');
    respond(addresses, options.all === true, done);
  });
};

function respond(addresses: readonly LookupAddress[], all: boolean, done: Parameters<LookupFunction>[2]): void {
  const [first] = addresses;
  if (all) done(null, [...addresses]);
  else if (first) done(null, first.address, first.family);
  else done(notPublic(), '');
}

function notPublic(): RefusedTargetError {
  return new RefusedTargetError('The host name resolves to an address that is not public.');
}

/** Whether the host is an IP address, which is not resolved. */
function isLiteral(url: URL): boolean {
  return url.hostname.startsWith('[') || /^[\d.]+$/.test(url.hostname);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
