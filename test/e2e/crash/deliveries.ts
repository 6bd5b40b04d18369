import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryView } from '../../../src/webhooks/schemas.ts';
import type { Told } from './follower.ts';
import type { Faults } from './inspection.ts';
import { listAll } from './lists.ts';
import type { Receiver } from './receiver.ts';

const LOOK_MS = 500;
const ENDS = ['succeeded', 'failed', 'cancelled'];

/** Makes the webhook of every end of a job; answers its id. */
export async function openWebhook(address: string, receiver: Receiver): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ url: receiver.url });
  const answer = await fetch(`${address}/v1/webhooks`, { method: 'POST', headers, body });
  const { id, secret } = (await answer.json()) as { readonly id: string; readonly secret: string };
  receiver.secret = secret;
  return id;
}

/** Resolves when nothing is owed any more. Throws when that takes longer. */
export async function allDelivered(address: string, webhookId: string, mostMs: number): Promise<void> {
  for (const until = performance.now() + mostMs; ; await delay(LOOK_MS)) {
    const pending = (await deliveriesOf(address, webhookId)).find(({ state }) => state === 'pending');
    if (pending === undefined) return;
    if (performance.now() > until) throw new Error(`It is still owed: ${JSON.stringify(pending)}`);
  }
}

/**
 * Each end of a job is one message that was taken, and nothing else is. `told`: the events of each
 * job that is there, by its id.
 */
export async function faultsOfDeliveries(
  address: string,
  webhookId: string,
  receiver: Receiver,
  told: ReadonlyMap<string, readonly Told[]>,
): Promise<Faults> {
  const messages = [...receiver.taken.values()];
  // The receiver does not count test calls.
  const unknown = (await deliveriesOf(address, webhookId)).filter(
    ({ id, type }) => type !== 'webhook.test' && !receiver.taken.has(id),
  );
  const wrong = [...told].flatMap(([jobId, events]) => {
    const ends = events.map(({ words }) => words).filter((words) => ENDS.includes(words));
    const heard = messages.filter((message) => message.jobId === jobId).map(({ state }) => state);
    const isRight = JSON.stringify(heard.toSorted()) === JSON.stringify(ends.toSorted());
    return isRight ? [] : [`of the ends ${ends} of ${jobId} the webhook has heard ${heard}`];
  });
  return [
    ...unknown.map((delivery) => `this never came to the webhook: ${JSON.stringify(delivery)}`),
    ...wrong,
    ...receiver.forged.map((body) => `the signature is wrong of ${body}`),
  ];
}

function deliveriesOf(address: string, webhookId: string): Promise<readonly DeliveryView[]> {
  return listAll(address, `webhooks/${webhookId}/deliveries`);
}
