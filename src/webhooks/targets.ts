import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './addresses.ts';

/** Below it stand the ports of other protocols, which nobody should be made to speak to. */
const FIRST_FREE_PORT = 1024;
const HTTPS_PORT = 443;

/** A name that leads to where no webhook may go. */
export class RefusedTargetError extends Error {
  override readonly name = 'RefusedTargetError';
}

/** What is wrong with the address of a webhook, as far as its text tells; undefined: nothing. `allowPrivate` lets HTTP and any port and host pass. */
export function issueInUrl(text: string, allowPrivate: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return 'Not a web address: it looks like https://example.com/hook.';
  if (url.username || url.password) return 'An address has no name and password: the signature tells who calls.';
  if (allowPrivate) return undefined;
  if (url.protocol === 'http:') return 'What is sent over HTTP can be read and changed on its way: use https.';
  const port = Number(url.port || HTTPS_PORT);
  if (port !== HTTPS_PORT && port < FIRST_FREE_PORT)
    return `Port ${port} belongs to another protocol: use 443, or one from ${FIRST_FREE_PORT}.`;
  if (isLiteral(url) && !isPublicAddress(hostOf(url)))
    return 'The address is not public: calls to this machine and its networks are not made.';
  return undefined;
}

/** Finds the addresses of a host at the moment of the connection, and throws RefusedTargetError when any of them is not public. */
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
  return new RefusedTargetError('The name leads to an address that is not public.');
}

/** Whether the host is an address itself, which is connected to without a look-up. */
function isLiteral(url: URL): boolean {
  return url.hostname.startsWith('[') || /^[\d.]+$/.test(url.hostname);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
