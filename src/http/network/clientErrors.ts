import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyInstance } from 'fastify';
import { PROBLEM_TYPE, type Problem } from '../../kit/contract/wire.ts';
import { SECURITY_HEADERS } from './securityHeaders.ts';

/** By the error codes of Node. */
const KNOWN: ReadonlyMap<string, readonly [status: number, detail: string]> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request was not completed in time.']],
  ['HPE_INVALID_METHOD', [400, 'The request does not start with an HTTP method such as GET or POST.']],
  ['ERR_HTTP_EXPECTATION', [417, 'The header Expect may only be 100-continue. Leave it out.']],
  ['HPE_HEADER_OVERFLOW', [431, 'The headers and the address are too long.']],
]);
const UNKNOWN_ERROR = [400, 'The request is not valid HTTP.'] as const;

/**
 * Responds to an unreadable request on its connection with a problem document, then closes the
 * connection.
 */
export function handleClientError(error: Pick<ConnectionError, 'name' | 'message' | 'code'>, socket: Socket): void {
  const [status, detail] = KNOWN.get(error.code) ?? UNKNOWN_ERROR;
  // The client of a reset connection cannot be reached.
  if (socket.writable && error.code !== 'ECONNRESET') socket.write(responseOf(status, detail));
  socket.destroy(error);
}

/** Responds to an Expect other than `100-continue`. Node's own response has no problem document. */
export function rejectExpectations({ server }: FastifyInstance): void {
  server.on('checkExpectation', ({ socket }) => {
    handleClientError(Object.assign(new Error('Unknown expectation.'), { code: 'ERR_HTTP_EXPECTATION' }), socket);
  });
}

function responseOf(status: number, detail: string): string {
  const code = 'invalid_request';
  const problem: Problem = {
    type: `urn:trainyard:problem:${code}`,
    title: 'Malformed request',
    status,
    detail,
    instance: '/',
    code,
  };
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
