import { randomUUID } from 'node:crypto';
import { type DatasetEntry, type JobEntry, type Ledger, present, type Told } from './ledger.ts';
import type { Answered, PersistentClient } from './persistentClient.ts';
import type { Random } from './random.ts';
import { SPECS, TABLES } from './trainings.ts';

const MOST_DATASETS = 8;
/** More would only wait for each other. */
const MOST_UNFINISHED_JOBS = 6;

export interface ActorParts {
  readonly client: PersistentClient;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Hears of each job that was taken. */
  readonly onJob: (job: JobEntry & { readonly id: string }) => void;
}

/** Does one thing after the other as clients do, and writes down what it was told. */
export interface Actor {
  act(): Promise<void>;
}

export function createActor({ client, ledger, random, onJob }: ActorParts): Actor {
  const jobs = () => present(ledger.jobs);
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
    note(entry, await client.ask({ method: 'POST', path, type: 'text/csv', body: csv, headers }));
  }

  async function submit(): Promise<void> {
    const dataset = random.pick(datasets());
    const { name: spec, ...request } = random.pick(SPECS);
    const name = `${spec}-${randomUUID()}`;
    const entry: JobEntry = {
      ...{ kind: 'job', name, training: `${spec} of ${dataset.table}` },
      ...{ id: undefined, made: 'unknown', deleted: 'no', cancelled: 'no', isOver: false },
    };
    ledger.jobs.push(entry);
    const body = JSON.stringify({ name, datasetId: dataset.id, ...request });
    const headers = { 'idempotency-key': randomUUID() };
    note(entry, await client.ask({ method: 'POST', path: '/v1/jobs', type: 'application/json', body, headers }));
    if (isKnown(entry)) onJob(entry);
  }

  const unfinished = () => jobs().filter(({ isOver }) => !isOver);
  const askFor = (job: { readonly id: string }, action: string) =>
    client.ask({ method: 'POST', path: `/v1/jobs/${job.id}/${action}` });

  async function cancel(): Promise<void> {
    const job = random.pick(unfinished());
    const answered = await askFor(job, 'cancel');
    if (job.cancelled !== 'yes') job.cancelled = toldBy(answered, job.cancelled);
  }

  /** Whether they come about decides nothing in the end: they must only do no harm. */
  const pause = async () => void (await askFor(random.pick(unfinished()), 'pause'));
  const resume = async () => void (await askFor(random.pick(unfinished()), 'resume'));
  const look = async () => void (await client.ask({ method: 'GET', path: '/v1/jobs?limit=10' }));

  async function remove(entry: (DatasetEntry | JobEntry) & { readonly id: string }): Promise<void> {
    const asked = { method: 'DELETE', path: `/v1/${entry.kind}s/${entry.id}` } as const;
    // From here on nobody else uses it.
    entry.deleted = 'unknown';
    const answered = await client.ask(asked);
    // One whose answer was lost is not found any more.
    entry.deleted = answered?.status === 404 ? 'yes' : toldBy(answered, 'unknown');
  }

  /** With how often it is done beside the others. */
  function possible(): readonly (readonly [number, () => Promise<void>])[] {
    const [someJobs, waited, someDatasets] = [jobs(), unfinished(), datasets()];
    const doable: [number, () => Promise<void>][] = [[1, look]];
    if (someDatasets.length < MOST_DATASETS) doable.push([4, upload]);
    if (someDatasets.length > 0 && waited.length < MOST_UNFINISHED_JOBS) doable.push([8, submit]);
    if (waited.length > 0) doable.push([2, pause], [4, resume], [0.2, cancel]);
    if (someJobs.length > 0) doable.push([0.5, () => remove(random.pick(jobs()))]);
    if (someDatasets.length > 1) doable.push([1, () => remove(random.pick(datasets()))]);
    return doable;
  }

  return {
    act: () => random.pickWeighted(possible())(),
  };
}

function note(entry: DatasetEntry | JobEntry, answered: Answered | undefined): void {
  entry.made = toldBy(answered, 'unknown');
  if (entry.made === 'yes') entry.id = String(answered?.body.id);
}

function toldBy(answered: Answered | undefined, before: Told): Told {
  if (answered === undefined) return 'unknown';
  if (answered.status < 300) return 'yes';
  return before === 'unknown' ? 'no' : before;
}

function isKnown(entry: JobEntry): entry is JobEntry & { readonly id: string } {
  return entry.id !== undefined;
}
