import type { Dataset, DatasetRows } from '../../../src/datasets/schemas.ts';
import type { Job } from '../../../src/jobs/schemas.ts';
import { faultsOfDeliveries } from './deliveries.ts';
import { eventsOf, type Told } from './follower.ts';
import type { Faults } from './inspection.ts';
import type { DatasetEntry, JobEntry, Ledger } from './ledger.ts';
import { getJson, listAll } from './lists.ts';
import type { Receiver } from './receiver.ts';

/** What the service shows of itself that is not as the client was told. Every job has ended. */
export async function audit(
  address: string,
  ledger: Ledger,
  followed: ReadonlyMap<string, readonly Told[]>,
  hook: { readonly webhookId: string; readonly receiver: Receiver },
): Promise<Faults> {
  const datasets = await listAll(address, 'datasets');
  const jobs = await listAll(address, 'jobs');
  const faults = [...faultsOfCount(ledger.datasets, datasets), ...faultsOfCount(ledger.jobs, jobs)];
  for (const [entry, dataset] of pairs(ledger.datasets, datasets)) {
    faults.push(...(await faultsOfDataset(address, entry, dataset)));
  }
  const events = new Map<string, readonly Told[]>();
  for (const [entry, job] of pairs(ledger.jobs, jobs)) {
    const told = await eventsOf(address, job.id);
    events.set(job.id, told);
    faults.push(...faultsOfJob(entry, job), ...faultsOfEvents(job, told, heardOf(entry, told, followed.get(job.id))));
  }
  return [...faults, ...(await faultsOfDeliveries(address, hook.webhookId, hook.receiver, events))];
}

interface Named {
  readonly id: string;
  readonly name: string;
}
type Entry = DatasetEntry | JobEntry;

/**
 * Every thing has a name of its own, so a thing that was made twice is there under one name twice.
 */
function faultsOfCount(entries: readonly Entry[], things: readonly Named[]): Faults {
  const names = new Set(entries.map(({ name }) => name));
  const strange = things.filter(({ name }) => !names.has(name)).map(({ name }) => `nobody has made ${name}`);
  const wrong = entries.filter((entry) => {
    const found = things.filter(({ name }) => name === entry.name);
    const [least, most] = [
      entry.made === 'yes' && entry.deleted === 'no',
      entry.made !== 'no' && entry.deleted !== 'yes',
    ];
    const isAnother = entry.id !== undefined && found.some(({ id }) => id !== entry.id);
    return found.length < Number(least) || found.length > Number(most) || isAnother;
  });
  return [...strange, ...wrong.map((entry) => `there are not as many of it as there should: ${JSON.stringify(entry)}`)];
}

function pairs<Of extends Entry, Thing extends Named>(
  entries: readonly Of[],
  things: readonly Thing[],
): readonly (readonly [Of, Thing])[] {
  return entries.flatMap((entry) =>
    things.filter(({ name }) => name === entry.name).map((thing) => [entry, thing] as const),
  );
}

async function faultsOfDataset(address: string, { rows, isAsync }: DatasetEntry, dataset: Dataset): Promise<Faults> {
  const { id, state, error } = dataset;
  if (isAsync && state === 'failed' && error?.message.includes('stopped while it read')) return [];
  if (state !== 'ready' || dataset.rows !== rows) return [`the dataset is not whole: ${JSON.stringify(dataset)}`];
  const { total, items } = await getJson<DatasetRows>(`${address}/v1/datasets/${id}/rows?limit=1&offset=${rows - 1}`);
  return total === rows && items.length === 1 ? [] : [`the rows of ${id} cannot be read`];
}

function faultsOfJob({ cancelled }: JobEntry, { id, state, error, datasetId }: Job): Faults {
  const possible = { yes: ['cancelled'], no: ['succeeded'], unknown: ['cancelled', 'succeeded'] }[cancelled];
  // Without its dataset it could not be tried again.
  const isGivenUp = error?.code === 'worker_crashed' && datasetId === null;
  if (possible.includes(state) || (isGivenUp && cancelled !== 'yes')) return [];
  return [`${id} should be ${possible.join(' or ')} and is ${state} ${JSON.stringify(error)}`];
}

/**
 * What was heard by whoever followed the job. One that is stopped behind a crash, before it got to
 * where it had been, ends without the epochs beyond, which were told.
 */
function heardOf({ stopped }: JobEntry, told: readonly Told[], followed: readonly Told[] | undefined) {
  if (stopped === 'no') return followed;
  const kept = new Set(told.map(({ id }) => id));
  return followed?.filter(({ id, words }) => kept.has(id) || !words.startsWith('epoch '));
}

function faultsOfEvents({ id, state }: Job, told: readonly Told[], followed: readonly Told[] | undefined): Faults {
  const epochs = told.map(({ words }) => words).filter((words) => words.startsWith('epoch '));
  const isInOrder = epochs.every((words, index) => words === `epoch ${index + 1}`);
  const isTheSame = followed === undefined || JSON.stringify(followed) === JSON.stringify(told);
  return [
    ...(isInOrder ? [] : [`the epochs of ${id} are told with a gap or twice: ${epochs.join(', ')}`]),
    ...(told.at(-1)?.words === state ? [] : [`the last that is told of ${id} is not ${state}`]),
    ...(isTheSame ? [] : [`who followed ${id} was told ${differences(followed ?? [], told)}`]),
  ];
}

function differences(followed: readonly Told[], told: readonly Told[]): string {
  const place = told.findIndex(({ id }, index) => followed[index]?.id !== id);
  const around = (events: readonly Told[]) => JSON.stringify(events.slice(Math.max(0, place - 2), place + 3));
  return `${followed.length} events, not ${told.length}: ${around(followed)} instead of ${around(told)}`;
}
