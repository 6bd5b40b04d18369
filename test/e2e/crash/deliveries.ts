import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryView } from '../../../src/webhooks/schemas.ts';
import type { SeenEvent } from './follower.ts';
import type { Faults } from './inspection.ts';
import { listAll } from './lists.ts';
import type { Receiver } from './receiver.ts';

const POLL_MS = 500;
const ENDS = ['succeeded', 'failed', 'cancelled'];

/** Creates the webhook for the end of every job; returns its id. */
export async function openWebhook(address: string, receiver: Receiver): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ url: receiver.url });
  const answer = await fetch(`${address}/v1/webhooks`, { method: 'POST', headers, body });
  const { id, secret } = (await answer.json()) as { readonly id: string; readonly secret: string };
  receiver.secret = secret;
  return id;
}

/** Resolves when no delivery is pending. Throws if that takes longer. */
export async function allDelivered(address: string, webhookId: string, maxMs: number): Promise<void> {
  for (const until = performance.now() + maxMs; ; await delay(POLL_MS)) {
    const pending = (await deliveriesOf(address, webhookId)).find(({ state }) => state === 'pending');
    if (pending === undefined) return;
    if (performance.now() > until) throw new Error(`Deliveries are still pending: ${JSON.stringify(pending)}`);
  }
}

/**
 * The end of each job is exactly one accepted message, and there are no others. `eventsByJob`: the
 * events of each existing job, by its id.
 */
export async function faultsOfDeliveries(
  address: string,
  webhookId: string,
  receiver: Receiver,
  eventsByJob: ReadonlyMap<string, readonly SeenEvent[]>,
): Promise<Faults> {
  const messages = [...receiver.accepted.values()];
  // The receiver does not count test calls.
  const unknown = (await deliveriesOf(address, webhookId)).filter(
    ({ id, type }) => type !== 'webhook.test' && !receiver.accepted.has(id),
  );
  const wrong = [...eventsByJob].flatMap(([jobId, events]) => {
    const ends = events.map(({ words }) => words).filter((words) => ENDS.includes(words));
    const received = messages.filter((message) => message.jobId === jobId).map(({ state }) => state);
    const isRight = JSON.stringify(received.toSorted()) === JSON.stringify(ends.toSorted());
    return isRight ? [] : [`of the ends ${ends} of ${jobId} the webhook received ${received}`];
  });
  return [
    ...unknown.map((delivery) => `the webhook never received this delivery: ${JSON.stringify(delivery)}`),
    ...wrong,
    ...receiver.forged.map((body) => `the signature of ${body} is wrong`),
  ];
}

function deliveriesOf(address: string, webhookId: string): Promise<readonly DeliveryView[]> {
  return listAll(address, `webhooks/${webhookId}/deliveries`);
}
