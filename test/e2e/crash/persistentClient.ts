import { setTimeout as delay } from 'node:timers/promises';
import type { MortalService } from './mortalService.ts';
import type { Random } from './random.ts';

export interface Answered {
  readonly status: number;
  /** The response's JSON; {} if there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** It is not sent again if its response is lost. */
  readonly isOnce?: boolean;
}

/** A client that repeats a request when the service dies during it, in the service's next life. */
export interface PersistentClient {
  /**
   * Undefined: the client has given up without a response. Throws for an internal error of the
   * service.
   */
  ask(asked: Asked): Promise<Answered | undefined>;
}

/** How often a client gives up after a lost response. */
const GIVES_UP = 0.2;
const ASK_AGAIN_MS = 100;

export function createPersistentClient(service: MortalService, random: Random, givesUp = GIVES_UP): PersistentClient {
  return {
    async ask(asked) {
      for (;;) {
        const address = await service.address();
        const answered = await tryOnce(address, asked);
        if (answered === undefined) {
          if (asked.isOnce || random.chance(givesUp)) return undefined;
          continue;
        }
        const { status, body } = answered;
        if (status !== 503 && body.code !== 'idempotency_key_in_use') return blameless(asked, answered);
        await delay(ASK_AGAIN_MS);
      }
    },
  };
}

/** Undefined: the connection was closed. */
async function tryOnce(address: string, { method, path, type, body, headers }: Asked): Promise<Answered | undefined> {
  try {
    const answer = await fetch(address + path, {
      method,
      headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
  } catch (error) {
    // The error of fetch without a response, or with half of one.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function blameless({ method, path }: Asked, answered: Answered): Answered {
  if (answered.status < 500) return answered;
  throw new Error(`${method} ${path}: ${answered.status} ${JSON.stringify(answered.body)}`);
}
