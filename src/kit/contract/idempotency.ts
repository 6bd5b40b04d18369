/**
 * Route options that make a request with an Idempotency-Key run only once; `src/http/idempotency`
 * implements it.
 */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { IdPrefix } from '../ids.ts';

/** How long an Idempotency-Key is remembered. */
export const IDEMPOTENCY_RETENTION_MS = 86_400_000;

/** The header of routes that create something. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .describe(
      'Any text of up to 255 characters, new for each request, such as a UUID. A request that is sent again with its key within 24 hours runs only once: the first response is repeated, with `Idempotency-Replayed: true`. ' +
        'Another request with the same key gets 422. A repeated request gets 409 while the first one is running, or if the created resource has been deleted.',
    ),
});

/** The header of routes whose response contains a secret. */
export const onceHeaders = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .describe(
      'Any text of up to 255 characters, new for each request, such as a UUID. A request that is sent again with its key within 24 hours creates nothing more. The response contains a secret that is shown only once and not stored, so it is not repeated: ' +
        'the repeated request gets 409 with the code `made_already`, and `Location` names what the first request created. If the secret was lost in transit, delete that resource and send the request with a new key.',
    ),
});

/** A created resource, as its JSON shows it. */
export type Created = Readonly<Record<string, unknown>>;

export interface Idempotent {
  /** The handler gives the created resource the id `request.idempotentId`, if it is defined. */
  readonly prefix: IdPrefix;
  /** Of the response to a request whose first response was lost in a crash. */
  readonly status: number;
  /** The resource that was created with that id, if any. */
  find(request: FastifyRequest, id: string): Promise<Created | undefined>;
  /** Whether the request creates nothing, so that its key has no effect. Default: none. */
  isExempt?(request: FastifyRequest): boolean;
  /**
   * The response contains a secret that is shown only once. It is not stored, so a repeated request
   * gets 409 with the `Location` of the resource instead. If the first response was lost, the
   * client deletes the resource and sends the request with a new key.
   */
  readonly hasSecret?: true;
  /**
   * For streamed bodies: an identifier of the content, of a request that is read to determine it,
   * and of the resource that such a request created.
   */
  readonly content?: {
    ofRequest(request: FastifyRequest): Promise<string>;
    ofCreated(made: Created): string;
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The id of the resource that this request creates; undefined: any new one. */
    idempotentId: string | undefined;
  }
  interface FastifyContextConfig {
    /** For a POST that creates something: it accepts an Idempotency-Key. */
    idempotent?: Idempotent;
  }
}
