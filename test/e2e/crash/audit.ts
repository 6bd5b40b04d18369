import type { Dataset, DatasetRows } from '../../../src/datasets/schemas.ts';
import type { Job } from '../../../src/jobs/schemas.ts';
import { faultsOfDeliveries } from './deliveries.ts';
import { eventsOf, type SeenEvent } from './follower.ts';
import type { Faults } from './inspection.ts';
import type { DatasetEntry, JobEntry, Ledger } from './ledger.ts';
import { getJson, listAll } from './lists.ts';
import type { Receiver } from './receiver.ts';

/** Differences between the service and the responses that clients got. Every job has ended. */
export async function audit(
  address: string,
  ledger: Ledger,
  followed: ReadonlyMap<string, readonly SeenEvent[]>,
  hook: { readonly webhookId: string; readonly receiver: Receiver },
): Promise<Faults> {
  const datasets = await listAll(address, 'datasets');
  const jobs = await listAll(address, 'jobs');
  const faults = [...faultsOfCount(ledger.datasets, datasets), ...faultsOfCount(ledger.jobs, jobs)];
  for (const [entry, dataset] of pairs(ledger.datasets, datasets)) {
    faults.push(...(await faultsOfDataset(address, entry, dataset)));
  }
  const eventsByJob = new Map<string, readonly SeenEvent[]>();
  for (const [entry, job] of pairs(ledger.jobs, jobs)) {
    const events = await eventsOf(address, job.id);
    eventsByJob.set(job.id, events);
    faults.push(
      ...faultsOfJob(entry, job),
      ...faultsOfEvents(job, events, receivedBy(entry, events, followed.get(job.id))),
    );
  }
  return [...faults, ...(await faultsOfDeliveries(address, hook.webhookId, hook.receiver, eventsByJob))];
}

interface Named {
  readonly id: string;
  readonly name: string;
}
type Entry = DatasetEntry | JobEntry;

/**
 * Every resource has a unique name, so a resource that was created twice appears twice under one
 * name.
 */
function faultsOfCount(entries: readonly Entry[], things: readonly Named[]): Faults {
  const names = new Set(entries.map(({ name }) => name));
  const strange = things.filter(({ name }) => !names.has(name)).map(({ name }) => `no client created ${name}`);
  const wrong = entries.filter((entry) => {
    const found = things.filter(({ name }) => name === entry.name);
    const [least, most] = [
      entry.made === 'yes' && entry.deleted === 'no',
      entry.made !== 'no' && entry.deleted !== 'yes',
    ];
    const isAnother = entry.id !== undefined && found.some(({ id }) => id !== entry.id);
    return found.length < Number(least) || found.length > Number(most) || isAnother;
  });
  return [...strange, ...wrong.map((entry) => `its number is wrong: ${JSON.stringify(entry)}`)];
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
  if (isAsync && state === 'failed' && error?.code === 'unavailable') return [];
  if (state !== 'ready' || dataset.rows !== rows) return [`the dataset is incomplete: ${JSON.stringify(dataset)}`];
  const { total, items } = await getJson<DatasetRows>(`${address}/v1/datasets/${id}/rows?limit=1&offset=${rows - 1}`);
  return total === rows && items.length === 1 ? [] : [`the rows of ${id} cannot be read`];
}

function faultsOfJob({ cancelled }: JobEntry, { id, state, error, datasetId }: Job): Faults {
  const possible = { yes: ['cancelled'], no: ['succeeded'], unknown: ['cancelled', 'succeeded'] }[cancelled];
  // Without its dataset it could not be retried.
  const isGivenUp = error?.code === 'worker_crashed' && datasetId === null;
  if (possible.includes(state) || (isGivenUp && cancelled !== 'yes')) return [];
  return [`${id} should be ${possible.join(' or ')} and is ${state} ${JSON.stringify(error)}`];
}

/**
 * The events of a client that followed the job. A job that is stopped after a crash, before it
 * reached its previous epoch, ends without the later epochs, which were already reported.
 */
function receivedBy({ stopped }: JobEntry, events: readonly SeenEvent[], followed: readonly SeenEvent[] | undefined) {
  if (stopped === 'no') return followed;
  const existing = new Set(events.map(({ id }) => id));
  return followed?.filter(({ id, words }) => existing.has(id) || !words.startsWith('epoch '));
}

function faultsOfEvents(
  { id, state }: Job,
  events: readonly SeenEvent[],
  followed: readonly SeenEvent[] | undefined,
): Faults {
  const epochs = events.map(({ words }) => words).filter((words) => words.startsWith('epoch '));
  const isInOrder = epochs.every((words, index) => words === `epoch ${index + 1}`);
  const isTheSame = followed === undefined || JSON.stringify(followed) === JSON.stringify(events);
  return [
    ...(isInOrder ? [] : [`the epochs of ${id} have a gap or a repetition: ${epochs.join(', ')}`]),
    ...(events.at(-1)?.words === state ? [] : [`the last event of ${id} is not ${state}`]),
    ...(isTheSame ? [] : [`the follower of ${id} received ${differences(followed ?? [], events)}`]),
  ];
}

function differences(followed: readonly SeenEvent[], events: readonly SeenEvent[]): string {
  const place = events.findIndex(({ id }, index) => followed[index]?.id !== id);
  const around = (all: readonly SeenEvent[]) => JSON.stringify(all.slice(Math.max(0, place - 2), place + 3));
  return `${followed.length} events instead of ${events.length}: ${around(followed)} instead of ${around(events)}`;
}
