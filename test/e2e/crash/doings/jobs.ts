import { randomUUID } from 'node:crypto';
import { type JobEntry, present } from '../ledger.ts';
import { SPECS } from '../trainings.ts';
import { type DoingParts, type Doings, type KnownJob, toldBy } from './doings.ts';
import { remove } from './remove.ts';

/** More would only wait for each other. */
const MOST_UNFINISHED_JOBS = 6;

/** Trainings, and what decides nothing of how they end: pauses, looks, deletions. */
export function jobDoings({ client, ledger, random, follow }: DoingParts): Doings {
  const jobs = () => present(ledger.jobs);
  const datasets = () => present(ledger.datasets);
  const unfinished = () => jobs().filter(({ isOver }) => !isOver);
  const idle = () => jobs().filter(({ isBusy }) => !isBusy);

  async function submit(): Promise<void> {
    const dataset = random.pick(datasets());
    const { name: spec, ...request } = random.pick(SPECS);
    const name = `${spec}-${randomUUID()}`;
    const entry: JobEntry = {
      ...{ kind: 'job', name, training: `${spec} of ${dataset.table}`, table: dataset.table },
      ...{ id: undefined, made: 'unknown', deleted: 'no', isOver: false, isBusy: false, isRetried: false },
      ...{ cancelled: 'no', stopped: 'no', extended: 'no' },
    };
    ledger.jobs.push(entry);
    const body = JSON.stringify({ name, datasetId: dataset.id, ...request });
    const headers = { 'idempotency-key': randomUUID() };
    const answered = await client.ask({ method: 'POST', path: '/v1/jobs', type: 'application/json', body, headers });
    entry.made = toldBy(answered, 'unknown');
    if (entry.made === 'yes') entry.id = String(answered?.body.id);
    if (isKnown(entry)) follow(entry);
  }

  /** Whether they come about decides nothing in the end: they must only do no harm. */
  const askAny = async (action: 'pause' | 'resume') =>
    void (await client.ask({ method: 'POST', path: `/v1/jobs/${random.pick(unfinished()).id}/${action}` }));
  const look = async () => void (await client.ask({ method: 'GET', path: '/v1/jobs?limit=10' }));

  return () => {
    const waited = unfinished().length;
    return [
      [1, look],
      ...(datasets().length > 0 && waited < MOST_UNFINISHED_JOBS ? [[8, submit] as const] : []),
      ...(waited > 0 ? [[2, () => askAny('pause')] as const, [4, () => askAny('resume')] as const] : []),
      ...(idle().length > 0 ? [[0.5, () => remove(client, random.pick(idle()))] as const] : []),
    ];
  };
}

function isKnown(entry: JobEntry): entry is KnownJob {
  return entry.id !== undefined;
}
