import { randomUUID } from 'node:crypto';
import { type JobEntry, present } from '../ledger.ts';
import { SPECS } from '../trainings.ts';
import { certaintyOf, type DoingDeps, type Doings, type KnownJob } from './doings.ts';
import { remove } from './remove.ts';

/** More would only wait for each other. */
const MOST_UNFINISHED_JOBS = 6;

/** Trainings, and actions without effect on their end: pauses, reads, deletions. */
export function jobDoings({ client, ledger, random, follow }: DoingDeps): Doings {
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
    entry.made = certaintyOf(answered, 'unknown');
    if (entry.made === 'yes') entry.id = String(answered?.body.id);
    if (isKnown(entry)) follow(entry);
  }

  /** It is irrelevant whether they succeed: they must only do no harm. */
  const askAny = async (action: 'pause' | 'resume') =>
    void (await client.ask({ method: 'POST', path: `/v1/jobs/${random.pick(unfinished()).id}/${action}` }));
  const list = async () => void (await client.ask({ method: 'GET', path: '/v1/jobs?limit=10' }));

  return () => {
    const waited = unfinished().length;
    return [
      [1, list],
      ...(datasets().length > 0 && waited < MOST_UNFINISHED_JOBS ? [[8, submit] as const] : []),
      ...(waited > 0 ? [[2, () => askAny('pause')] as const, [4, () => askAny('resume')] as const] : []),
      ...(idle().length > 0 ? [[0.5, () => remove(client, random.pick(idle()))] as const] : []),
    ];
  };
}

function isKnown(entry: JobEntry): entry is KnownJob {
  return entry.id !== undefined;
}
