/** Queries on the segments of a sweep (table `segments`), in the caller's transaction. */
import { FAILED, type SegmentResult } from '../../search/search.ts';
import type { Queries } from '../../store/database/database.ts';
import { toJson } from '../../store/database/json.ts';
import type { SegmentRow } from '../../store/database/tables.ts';

/** All segments, ordered by number. */
export function listSegments(queries: Queries, sweepId: string): Promise<readonly SegmentRow[]> {
  return queries.selectFrom('segments').selectAll().where('sweepId', '=', sweepId).orderBy('number').execute();
}

export async function countSegments(queries: Queries, sweepId: string): Promise<number> {
  const { last } = await queries
    .selectFrom('segments')
    .select((eb) => eb.fn.max('number').as('last'))
    .where('sweepId', '=', sweepId)
    .executeTakeFirstOrThrow();
  return (last ?? -1) + 1;
}

/** A segment to insert. Without a `result` it is open: its trial is running. */
export type NewSegment = Pick<SegmentRow, 'sweepId' | 'number' | 'trial'> & Partial<SegmentRow>;

export async function insertSegments(queries: Queries, segments: readonly NewSegment[]): Promise<void> {
  if (segments.length > 0) await queries.insertInto('segments').values(segments).execute();
}

/** Writes the result of an open segment. False: it has a result already. */
export async function closeSegment(
  queries: Queries,
  { sweepId, number }: Pick<SegmentRow, 'sweepId' | 'number'>,
  result: SegmentResult,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable('segments')
    .set({ result: toJson(result) })
    .where('sweepId', '=', sweepId)
    .where('number', '=', number)
    .where('result', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Closes the open segments of these trials, or of all trials, as failed. */
export async function failOpenSegments(queries: Queries, sweepId: string, trials?: readonly number[]): Promise<void> {
  const open = queries
    .updateTable('segments')
    .set({ result: toJson(FAILED) })
    .where('sweepId', '=', sweepId)
    .where('result', 'is', null);
  await (trials === undefined ? open : open.where('trial', 'in', trials)).execute();
}
