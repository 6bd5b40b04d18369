import { randomUUID } from 'node:crypto';
import { type DatasetEntry, present } from '../ledger.ts';
import { TABLES } from '../trainings.ts';
import { certaintyOf, type DoingDeps, type Doings } from './doings.ts';
import { remove } from './remove.ts';

const MOST_DATASETS = 8;

/** Uploads, and deletions of uploads. */
export function datasetDoings({ client, ledger, random }: DoingDeps): Doings {
  const datasets = () => present(ledger.datasets);

  async function upload(): Promise<void> {
    const { name: table, rows, csv } = random.pick(TABLES);
    const isAsync = random.chance(0.3);
    const name = `${table}-${randomUUID()}`;
    const entry: DatasetEntry = {
      ...{ kind: 'dataset', name, table, rows, isAsync },
      ...{ id: undefined, made: 'unknown', deleted: 'no' },
    };
    ledger.datasets.push(entry);
    const headers = { 'idempotency-key': randomUUID(), ...(isAsync && { prefer: 'respond-async' }) };
    const path = `/v1/datasets?name=${name}`;
    const answered = await client.ask({ method: 'POST', path, type: 'text/csv', body: csv, headers });
    entry.made = certaintyOf(answered, 'unknown');
    if (entry.made === 'yes') entry.id = String(answered?.body.id);
  }

  return () => [
    ...(datasets().length < MOST_DATASETS ? [[4, upload] as const] : []),
    ...(datasets().length > 1 ? [[1, () => remove(client, random.pick(datasets()))] as const] : []),
  ];
}
