import type { DatasetEntry, JobEntry } from '../ledger.ts';
import type { PersistentClient } from '../persistentClient.ts';
import { toldBy } from './doings.ts';

/** Deletes a dataset or a job. */
export async function remove(
  client: PersistentClient,
  entry: (DatasetEntry | JobEntry) & { readonly id: string },
): Promise<void> {
  const asked = { method: 'DELETE', path: `/v1/${entry.kind}s/${entry.id}` } as const;
  // From here on nobody else uses it.
  entry.deleted = 'unknown';
  const answered = await client.ask(asked);
  // One whose answer was lost is not found any more.
  entry.deleted = answered?.status === 404 ? 'yes' : toldBy(answered, 'unknown');
}
