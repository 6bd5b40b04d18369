/**
 * What a route says of itself so that a request with an Idempotency-Key is carried out once:
 * `src/http/idempotency` does it.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { IdPrefix } from '../ids.ts';

/** So long a request that comes again is known. */
export const IDEMPOTENCY_RETENTION_MS = 86_400_000;

/** The header of routes that make something. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .describe(
      'Any text of up to 255 signs, new for each request, such as a UUID. A request that is sent again with its key within 24 hours is carried out once: the first answer is given again, with `Idempotency-Replayed: true`. ' +
        'Another request with the same key is 422; one that comes while the first is under way, or when what was made has been deleted, 409.',
    ),
});

/** The header of routes whose answer has a secret. */
export const onceHeaders = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .describe(
      'Any text of up to 255 signs, new for each request, such as a UUID. A request that is sent again with its key within 24 hours makes nothing more. As the answer has a secret that is told once and not kept, it is not given again: ' +
        'the answer is 409 with the code `made_already`, and `Location` names what the first request has made. Where its secret was lost on the way, delete that and ask with a new key.',
    ),
});

/** What is made, as its JSON shows it. */
export type Created = Readonly<Record<string, unknown>>;

export interface Idempotent {
  /** The handler gives what it makes the id `request.idempotentId`, where there is one. */
  readonly prefix: IdPrefix;
  /** Of the answer to a request whose first answer was lost in a crash. */
  readonly status: number;
  /** What was made under that id, if it was. */
  find(request: FastifyRequest, id: string): Promise<Created | undefined>;
  /**
   * The answer has a secret that is told once: it is not kept, and a request that comes again is
   * told what was made in place of it (409, with `Location`). Where the first answer was lost, one
   * deletes that and asks with a new key.
   */
  readonly hasSecret?: true;
  /**
   * For bodies that are streams: what tells one from another, of a request that is read for it, and
   * of what such a request has made.
   */
  readonly content?: {
    ofRequest(request: FastifyRequest): Promise<string>;
    ofCreated(made: Created): string;
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The id for what this request makes; undefined: any new one. */
    idempotentId: string | undefined;
  }
  interface FastifyContextConfig {
    /** Of a POST that makes something: it takes an Idempotency-Key. */
    idempotent?: Idempotent;
  }
}
