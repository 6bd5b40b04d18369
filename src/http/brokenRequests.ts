import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { PROBLEM_TYPE, type Problem } from '../kit/wire.ts';

/** By the codes that Node gives such an error. */
const KNOWN: ReadonlyMap<string, readonly [status: number, detail: string]> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request did not come to its end in time.']],
  ['HPE_HEADER_OVERFLOW', [431, 'The headers and the address are too long.']],
]);
const OTHERWISE = [400, 'This is not HTTP that can be read.'] as const;

/** Answers what cannot be read as a request, on the bare connection, with a problem as well; then closes it. */
export function answerBroken(error: Pick<ConnectionError, 'name' | 'message' | 'code'>, socket: Socket): void {
  const [status, detail] = KNOWN.get(error.code) ?? OTHERWISE;
  // A connection that the client has reset has nobody to tell.
  if (socket.writable && error.code !== 'ECONNRESET') socket.write(answerOf(status, detail));
  socket.destroy(error);
}

function answerOf(status: number, detail: string): string {
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
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
