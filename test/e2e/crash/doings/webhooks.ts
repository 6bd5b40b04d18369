import type { DoingDeps, Doings } from './doings.ts';

/** Test calls of the webhook that receives the end of every job. */
export function webhookDoings({ client }: Pick<DoingDeps, 'client'>, webhookId: string): Doings {
  const test = async () => void (await client.ask({ method: 'POST', path: `/v1/webhooks/${webhookId}/test` }));
  return () => [[0.3, test]];
}
