import type { IncomingMessage } from 'node:http';

/** Whether the headers announce a body (RFC 9112, 6). */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether bytes of the body have not been read yet. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  return hasBody(request) && !request.complete && !request.destroyed;
}
