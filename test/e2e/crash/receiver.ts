import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { signedHeaders } from '../../../src/webhooks/signature.ts';
import type { Random } from './random.ts';

/** What a webhook was told of the end of a job. */
interface Message {
  /** The same for every call that tells of it. */
  readonly id: string;
  readonly jobId: string;
  readonly state: string;
}

/** Who is called when jobs end. */
export interface Receiver {
  readonly url: string;
  /** What it has taken, by its id. */
  readonly taken: ReadonlyMap<string, Message>;
  /** Calls that nobody could have signed who knows the secret. */
  readonly forged: readonly string[];
  /** With it the calls are signed. */
  secret: string;
  /** From now on it takes every call. */
  beGood(): void;
  close(): void;
}

/** So many messages are not taken the first time. */
const REFUSED = 0.1;
const MS_PER_SECOND = 1000;

export async function openReceiver(random: Random): Promise<Receiver> {
  const taken = new Map<string, Message>();
  const refused = new Set<string>();
  const forged: string[] = [];
  let isGood = false;
  const server = createServer(async (request, answer) => {
    const body = await text(request);
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
    const signed = signedHeaders(receiver.secret, String(id), Number(timestamp) * MS_PER_SECOND, body);
    if (signed['webhook-signature'] !== signature) forged.push(body);
    if (!isGood && !refused.has(String(id)) && random.chance(REFUSED)) {
      refused.add(String(id));
      return answer.writeHead(503).end();
    }
    const { type, data } = JSON.parse(body);
    if (type !== 'webhook.test') taken.set(String(id), { id: String(id), jobId: data.jobId, state: data.state });
    answer.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // What listens on a port has this kind of address.
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/`,
    taken,
    forged,
    secret: '',
    beGood() {
      isGood = true;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
