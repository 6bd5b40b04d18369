import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { signedHeaders } from '../../../src/webhooks/signature.ts';
import type { Random } from './random.ts';

/** A message to a webhook about the end of a job. */
interface Message {
  /** The same for every call about it. */
  readonly id: string;
  readonly jobId: string;
  readonly state: string;
}

/** The receiver of webhook calls about the ends of jobs. */
export interface Receiver {
  readonly url: string;
  /** The accepted messages, by id. */
  readonly accepted: ReadonlyMap<string, Message>;
  /** Calls whose signature does not match the secret. */
  readonly forged: readonly string[];
  /** The calls are signed with it. */
  secret: string;
  /** From now on it accepts every call. */
  beGood(): void;
  close(): void;
}

/** The fraction of messages that are refused the first time. */
const REFUSED = 0.1;
const MS_PER_SECOND = 1000;

export async function openReceiver(random: Random): Promise<Receiver> {
  const accepted = new Map<string, Message>();
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
    if (type !== 'webhook.test') accepted.set(String(id), { id: String(id), jobId: data.jobId, state: data.state });
    answer.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this type.
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/`,
    accepted,
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
