import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseContentType } from '../../kit/contract/contentType.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { hasBody } from './hasBody.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route decompresses a body by its Content-Encoding; only gzip is supported. */
    unpacks?: boolean;
  }
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** The methods whose bodies Fastify parses. */
export const BODY_METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** UTF-8 and its subset. */
const UTF_8 = ['utf-8', 'utf8', 'us-ascii', 'ascii'];

/**
 * Refuses a body in a format that the route does not support, before any of it is read, and lists
 * the supported formats. Throws ServiceError `unsupported_media_type` or `unsupported_encoding`.
 */
export function refuseOtherFormats(request: FastifyRequest, reply: FastifyReply): void {
  if (!BODY_METHODS.includes(request.method)) return;
  const { mediaType, charset } = parseContentType(request.headers['content-type']);
  const isRead = request.server.hasContentTypeParser(mediaType);
  if (!hasBody(request)) {
    // Clients name a format even if they send nothing: `curl -d ''` names a form. Fastify would
    // refuse it.
    if (!isRead) delete request.headers['content-type'];
    return;
  }
  refuseEncoding(request, reply);
  if (!isRead) throw otherType(request, reply, mediaType);
  if (charset !== undefined && !UTF_8.includes(charset) && isParsedJson(request, mediaType))
    throw otherCharset(charset);
}

function refuseEncoding(request: FastifyRequest, reply: FastifyReply): void {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  const { unpacks } = request.routeOptions.config;
  if (encoding === 'identity' || (unpacks && /^(x-)?gzip$/.test(encoding))) return;
  reply.header('accept-encoding', unpacks ? 'gzip' : 'identity');
  const [reads, remedy] = unpacks ? ['supports gzip only', 'with gzip or '] : ['supports no compressed bodies', ''];
  throw new ServiceError(
    'unsupported_encoding',
    `Content-Encoding ${encoding} is not supported. ${nameOf(request)} ${reads}. Send the body ${remedy}without Content-Encoding.`,
  );
}

function otherType(request: FastifyRequest, reply: FastifyReply, mediaType: string): ServiceError {
  const formats = formatsOf(request.routeOptions.schema?.body);
  if (formats.length > 0) reply.header('accept', formats.join(', '));
  const given = mediaType === '' ? 'The body has no Content-Type.' : `Content-Type ${mediaType} is not supported.`;
  const detail = [given, `${nameOf(request)} accepts ${listOf(formats)}.`, remedyOf(formats)];
  if (mediaType === FORM_TYPE && formats.length > 0) detail.push(adviceForCurl(request));
  return new ServiceError('unsupported_media_type', detail.join(' '));
}

function remedyOf([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'Send none.';
  const header = `"Content-Type: ${first}"`;
  return others.length === 0 ? `Send the header ${header}.` : `Send the header of your format, such as ${header}.`;
}

/** The most frequent cause of a form. */
function adviceForCurl({ routeOptions }: FastifyRequest): string {
  const advice = 'curl -d sends a form unless -H names another Content-Type';
  return routeOptions.config.maxStreamedBytes === undefined
    ? `${advice}.`
    : `${advice}, and removes line ends: send a file with --data-binary @FILE.`;
}

function otherCharset(charset: string): ServiceError {
  return new ServiceError(
    'unsupported_encoding',
    `The charset ${charset} is not supported for JSON. Send UTF-8 with the header "Content-Type: ${JSON_TYPE}".`,
  );
}

/**
 * Whether the body is parsed as JSON before the handler. Handlers of tables decode them in any
 * charset.
 */
function isParsedJson({ routeOptions }: FastifyRequest, mediaType: string): boolean {
  return mediaType === JSON_TYPE && routeOptions.config.maxStreamedBytes === undefined;
}

/** The media types in the schema of a body: several under `content`, or JSON. */
function formatsOf(body: unknown): readonly string[] {
  if (body === undefined) return [];
  if (typeof body !== 'object' || body === null || !('content' in body)) return [JSON_TYPE];
  return Object.keys(body.content as object);
}

function listOf(formats: readonly string[]): string {
  if (formats.length === 0) return 'no body';
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(formats);
}

/** Such as `POST /v1/jobs/:id/extend`. */
function nameOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url}`;
}
