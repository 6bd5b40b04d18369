import type { DatasetEntry, JobEntry } from '../ledger.ts';
import type { PersistentClient } from '../persistentClient.ts';
import { certaintyOf } from './doings.ts';

/** Deletes a dataset or a job. */
export async function remove(
  client: PersistentClient,
  entry: (DatasetEntry | JobEntry) & { readonly id: string },
): Promise<void> {
  const asked = { method: 'DELETE', path: `/v1/${entry.kind}s/${entry.id}` } as const;
  // From here on no other client uses it.
  entry.deleted = 'unknown';
  const answered = await client.ask(asked);
  // After a lost response, it is not found.
  entry.deleted = answered?.status === 404 ? 'yes' : certaintyOf(answered, 'unknown');
}
