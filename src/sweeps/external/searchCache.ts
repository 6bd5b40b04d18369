import type { NextStep } from '../../search/search.ts';
import type { Database } from '../../store/database/database.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import type { SuggestRequest } from './searchThread.ts';
import type { Suggest } from './searchWorker.ts';

/** How a sweep stands that somebody else runs. */
export interface SweepSnapshot {
  readonly row: SweepRow;
  readonly trials: number;
  /** Legs that are written. */
  readonly written: number;
  /** The trials that are out, in the order in which they were asked. */
  readonly out: readonly number[];
}

/** The searches of the sweeps that somebody else runs. They are kept from one question to the next, and built anew from the database where they are not. */
export interface SearchCache {
  /** One task of a sweep after the other: those who ask at once would be told to try the same. */
  runExclusive<Answer>(sweepId: string, task: () => Promise<Answer>): Promise<Answer>;
  /** Undefined where the sweep does not run. */
  loadSnapshot(sweepId: string): Promise<SweepSnapshot | undefined>;
  /** What the search decides as the next leg of a sweep that stands so. */
  next(standing: SweepSnapshot): Promise<NextStep>;
}

/** What the thread was told of a sweep. */
interface Known {
  readonly request: string;
  segmentCount: number;
  /** Legs without a result. */
  readonly open: Set<number>;
}

/** What is known of a sweep takes no more than a line. */
const MAX_KNOWN = 1000;

export function createSearchCache({
  database,
  suggest,
}: {
  readonly database: Database;
  readonly suggest: Suggest;
}): SearchCache {
  const known = new Map<string, Known>();
  const queues = new Map<string, Promise<unknown>>();

  async function buildRequest({ row }: SweepSnapshot, { segmentCount, open }: Known): Promise<SuggestRequest> {
    const [fresh, results] = [
      await segmentsFrom(database, row.id, segmentCount),
      await resultsOf(database, row.id, [...open]),
    ];
    return { sweepId: row.id, request: row.request, from: segmentCount, segments: fresh, results };
  }

  /** Null where the thread knows less than it was told. */
  async function askThread(snapshot: SweepSnapshot, before: Known): Promise<NextStep | null> {
    const { row } = snapshot;
    const asked = await buildRequest(snapshot, before);
    // Known again only once the thread knows it.
    known.delete(row.id);
    const next = await suggest(asked);
    if (next === null) return null;
    for (const { segment } of asked.results) before.open.delete(segment);
    for (const [i, { result }] of asked.segments.entries()) if (result === undefined) before.open.add(asked.from + i);
    before.segmentCount += asked.segments.length;
    known.set(row.id, before);
    for (const oldest of known.keys()) if (known.size > MAX_KNOWN) known.delete(oldest);
    return next;
  }

  return {
    runExclusive<Answer>(sweepId: string, task: () => Promise<Answer>): Promise<Answer> {
      const queued = (queues.get(sweepId) ?? Promise.resolve()).then(task, task);
      queues.set(sweepId, queued);
      const forget = () => {
        if (queues.get(sweepId) === queued) queues.delete(sweepId);
      };
      queued.then(forget, forget);
      return queued;
    },

    loadSnapshot: (sweepId) => loadSnapshot(database, sweepId),

    async next(snapshot) {
      const { id, request } = snapshot.row;
      const before = known.get(id);
      const next = before?.request === request ? await askThread(snapshot, before) : null;
      const fresh = next ?? (await askThread(snapshot, { request, segmentCount: 0, open: new Set() }));
      if (fresh === null) throw new TypeError('a search that was told everything knows it');
      return fresh;
    },
  };
}

async function loadSnapshot(database: Database, sweepId: string): Promise<SweepSnapshot | undefined> {
  const row = await database
    .selectFrom('sweeps')
    .selectAll()
    .where('id', '=', sweepId)
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { last } = await database
    .selectFrom('legs')
    .select((eb) => eb.fn.max('number').as('last'))
    .where('sweepId', '=', sweepId)
    .executeTakeFirstOrThrow();
  const out = await database
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', sweepId)
    .where('state', '=', 'running')
    .orderBy('number')
    .execute();
  // A trial that somebody else runs has one leg.
  const written = (last ?? -1) + 1;
  return { row, trials: written, written, out: out.map(({ number }) => number) };
}

async function segmentsFrom(database: Database, sweepId: string, from: number): Promise<SuggestRequest['segments']> {
  const rows = await database
    .selectFrom('legs')
    .innerJoin('trials', (join) =>
      join.onRef('trials.sweepId', '=', 'legs.sweepId').onRef('trials.number', '=', 'legs.trial'),
    )
    .select(['legs.trial', 'legs.until', 'legs.result', 'trials.parameters'])
    .where('legs.sweepId', '=', sweepId)
    .where('legs.number', '>=', from)
    .orderBy('legs.number')
    .execute();
  return rows.map(({ trial, until, result, parameters }) => ({
    trial,
    parameters: JSON.parse(parameters),
    until,
    result: result === null ? undefined : JSON.parse(result),
  }));
}

async function resultsOf(
  database: Database,
  sweepId: string,
  segments: readonly number[],
): Promise<SuggestRequest['results']> {
  const rows = await database
    .selectFrom('legs')
    .select(['number', 'result'])
    .where('sweepId', '=', sweepId)
    .where('number', 'in', segments)
    .where('result', 'is not', null)
    .execute();
  return rows.map(({ number, result }) => ({ segment: number, result: JSON.parse(result ?? 'null') }));
}
