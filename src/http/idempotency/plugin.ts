import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../kit/clock.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { type Created, IDEMPOTENCY_RETENTION_MS, type Idempotent } from '../../kit/contract/idempotency.ts';
import { newId } from '../../kit/ids.ts';
import type { Database } from '../../store/database/database.ts';
import type { IdempotencyKeyRow } from '../../store/database/tables.ts';
import { createIdempotencyStore, type KeyOf } from './store.ts';

export interface IdempotencyDeps {
  readonly database: Database;
  readonly clock: Clock;
}

/** The response that is repeated. */
interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty if it contains a secret, and if the created resource has been deleted. */
  readonly body: string;
}

const HEADER = 'idempotency-key';
const RETRY_AFTER_SECONDS = 1;
/** The headers of the first response that are repeated. */
const STORED_HEADERS = ['location', 'content-type', 'preference-applied'];

/**
 * Runs a request that is repeated with the same Idempotency-Key only once, on the routes that
 * support it. The id of the resource is chosen and stored before it is created: after a crash, the
 * resource is looked up by it. Register it before any route.
 */
export function registerIdempotency(app: FastifyInstance, { database, clock }: IdempotencyDeps): void {
  const store = createIdempotencyStore(database, IDEMPOTENCY_RETENTION_MS);
  /**
   * Identifies the one API that uses the data folder: rows of other owners belong to dead
   * processes.
   */
  const owner = randomUUID();
  const started = new WeakMap<FastifyRequest, KeyOf>();
  /** The keys whose requests are running in this process. */
  const inProgress = new Set<string>();
  app.decorateRequest('idempotentId');

  app.addHook('preHandler', async (request, reply) => {
    const { idempotent } = request.routeOptions.config;
    const key = request.headers[HEADER];
    if (idempotent === undefined || key === undefined || idempotent.isExempt?.(request)) return;
    const named = { caller: request.caller.project, key: readKey(key) };
    const digest = idempotent.content ? null : digestOf(request, JSON.stringify(request.body));
    const now = clock();
    const id = newId(idempotent.prefix, now);
    const before = await store.reserve({ ...named, resourceId: id, owner, digest, createdAt: now });
    if (before === undefined) {
      inProgress.add(nameOf(named));
      started.set(request, named);
      request.idempotentId = id;
      return;
    }
    return handleRepeat(request, reply, idempotent, before);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const named = started.get(request);
    if (named === undefined) return;
    started.delete(request);
    try {
      await recordResponse(named, request, reply, payload);
    } catch (error) {
      // The resource exists already: a repeated request is answered from it, or creates it if it is
      // missing.
      request.log.warn({ err: error }, 'the response to an Idempotency-Key could not be stored');
    } finally {
      inProgress.delete(nameOf(named));
    }
  });

  /**
   * Stores the response. After an internal error it is unknown what was created: the resource is
   * looked up at the next request with this key.
   */
  const recordResponse = async (
    named: KeyOf,
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
  ): Promise<void> => {
    const { idempotent } = request.routeOptions.config;
    if (reply.statusCode >= 500) return;
    const isMade = reply.statusCode >= 200 && reply.statusCode < 300 && typeof payload === 'string';
    if (!isMade || idempotent === undefined) return store.release(named);
    const content = idempotent.content?.ofCreated(JSON.parse(payload)) ?? JSON.stringify(request.body);
    const body = idempotent.hasSecret ? '' : payload;
    const response: StoredResponse = { status: reply.statusCode, headers: storedHeaders(reply), body };
    await store.storeResponse(named, digestOf(request, content), JSON.stringify(response));
  };

  /** Responds to a request whose key has been used. */
  const handleRepeat = async (
    request: FastifyRequest,
    reply: FastifyReply,
    idempotent: Idempotent,
    before: IdempotencyKeyRow,
  ): Promise<FastifyReply | undefined> => {
    const { response } = before;
    if (response === null && inProgress.has(nameOf(before))) throw inUse();
    const made = response === null ? await idempotent.find(request, before.resourceId) : undefined;
    const first = before.digest ?? (made && digestOf(request, idempotent.content?.ofCreated(made) ?? ''));
    if (first !== undefined && first !== digestOf(request, await contentOf(request, idempotent))) throw reused();
    if (idempotent.hasSecret && (response !== null || made))
      throw secretAlreadyReturned(request, reply, before.resourceId);
    if (response !== null) return replay(reply, JSON.parse(response), before.resourceId);
    return made
      ? replay(reply, recreateResponse(request, idempotent, made), before.resourceId)
      : resume(request, before);
  };

  /** The first process died or failed before it created anything: this request creates it. */
  const resume = async (request: FastifyRequest, before: IdempotencyKeyRow): Promise<undefined> => {
    if (inProgress.has(nameOf(before))) throw inUse();
    inProgress.add(nameOf(before));
    const isOurs = await store.reassign(before, before.owner, owner).catch(() => false);
    if (!isOurs) {
      inProgress.delete(nameOf(before));
      throw inUse();
    }
    started.set(request, before);
    request.idempotentId = before.resourceId;
  };
}

function nameOf({ caller, key }: KeyOf): string {
  return `${caller} ${key}`;
}

function readKey(key: string | string[]): string {
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const message =
    'An Idempotency-Key has 1 to 255 letters, digits or punctuation marks without blanks, such as a UUID.';
  throw new ServiceError('invalid_request', message, [{ path: '/idempotency-key', message }]);
}

function digestOf({ method, url }: FastifyRequest, content: string): string {
  return createHash('sha256').update(`${method} ${url}\n${content}`).digest('hex');
}

async function contentOf(request: FastifyRequest, { content }: Idempotent): Promise<string> {
  return content ? content.ofRequest(request) : JSON.stringify(request.body);
}

function storedHeaders(reply: FastifyReply): StoredResponse['headers'] {
  const stored = STORED_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return value === undefined ? [] : [[name, String(value)]];
  });
  return Object.fromEntries(stored);
}

/** Recreates the lost response as closely as possible. */
function recreateResponse(request: FastifyRequest, { status }: Idempotent, made: Created): StoredResponse {
  const location = locationOf(request, String(made.id));
  const headers = { location, 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify(made) };
}

function locationOf({ url }: FastifyRequest, id: string): string {
  return `${url.split('?')[0]}/${id}`;
}

function replay(reply: FastifyReply, { status, headers, body }: StoredResponse, id: string): FastifyReply {
  if (body === '') throw deletedSince(id);
  return reply
    .code(status)
    .headers({ ...headers, 'idempotency-replayed': 'true' })
    .serializer((text: string) => text)
    .send(body);
}

function inUse(): ServiceError {
  const message = 'The first request with this Idempotency-Key is still running: retry to get its response.';
  return new ServiceError('idempotency_key_in_use', message, [], RETRY_AFTER_SECONDS);
}

function secretAlreadyReturned(request: FastifyRequest, reply: FastifyReply, id: string): ServiceError {
  const location = locationOf(request, id);
  reply.header('location', location);
  const message = `The first request with this Idempotency-Key has created ${id}, and its response contains a secret that is shown only once. If it was lost, DELETE ${location} and use a new Idempotency-Key.`;
  return new ServiceError('made_already', message);
}

function deletedSince(id: string): ServiceError {
  const message = `The first request with this Idempotency-Key has created ${id}, which has been deleted since. Use a new key to create another one.`;
  return new ServiceError('made_already', message);
}

function reused(): ServiceError {
  const message = 'This Idempotency-Key was used with another request before. Use a new one for each request.';
  return new ServiceError('idempotency_key_reused', message);
}
