import type { valueFormatsOf } from '../../../formats/columnTypes.ts';
import type { Session } from '../../duckdb/duckdb.ts';
import { batches } from '../../duckdb/sql.ts';
import { cellRows, type Relation } from '../source/relation.ts';
import type { Cells } from './cells.ts';

/** A format with the column type that it belongs to. */
export type TypedFormat = ReturnType<typeof valueFormatsOf>[number];

/** A column with the formats that its cells may have. */
export interface Candidate {
  readonly id: string;
  readonly formats: readonly TypedFormat[];
}

/** The number of cells of a column in each format, in the order of the formats. */
export type MatchesByColumn = ReadonlyMap<string, readonly FormatMatches[]>;
export interface FormatMatches {
  readonly format: TypedFormat;
  readonly cells: number;
}

/** The first rows propose formats. All rows then decide between the proposed ones. */
const PROPOSING_ROWS = 200;
/** The share of the cells in the first rows that must have a format for it to be proposed. */
const PROPOSING_SHARE = 0.5;

/** Counts formats over all rows, after the first rows have excluded most of them. */
export async function countFormatMatches(
  session: Session,
  relation: Relation,
  candidates: readonly Candidate[],
  cells: Cells,
): Promise<MatchesByColumn> {
  const counted = await countMatches(session, relation, candidates, cells, PROPOSING_ROWS);
  const proposed = candidates.map(({ id }) => {
    const { present, matches } = counted.get(id) ?? { present: 0, matches: [] };
    return {
      id,
      formats: matches.filter((match) => match.cells >= present * PROPOSING_SHARE).map(({ format }) => format),
    };
  });
  const tried = proposed.filter(({ formats }) => formats.length > 0);
  const all = await countMatches(session, relation, tried, cells);
  return new Map([...all].map(([id, { matches }]) => [id, matches]));
}

interface Counted {
  readonly present: number;
  readonly matches: readonly FormatMatches[];
}

/**
 * Over all rows, or the first `maxRows`. A format is tried only on the columns that have it as a
 * candidate.
 */
async function countMatches(
  session: Session,
  relation: Relation,
  candidates: readonly Candidate[],
  cells: Cells,
  maxRows?: number,
): Promise<ReadonlyMap<string, Counted>> {
  const counted = new Map<string, Counted>();
  const formats = [...new Set(candidates.flatMap((candidate) => candidate.formats))];
  const counts = formats.map(
    (form, index) => `count(CASE WHEN forms & ${2 ** index} > 0 THEN ${form.value(cellOf(form))} END)`,
  );
  const aggregates = ['count(value)', ...counts].map((count) => `${count}::DOUBLE`).join(', ');
  for (const batch of batches(candidates, relation.columnsPerStatement)) {
    const sets = batch.map((candidate) => setOf(candidate.formats, formats));
    const ids = batch.map(({ id }) => id);
    const values = `SELECT *, CASE WHEN regexp_matches(value, '[0-9]') THEN value END AS digits
      FROM (SELECT place, ${cells.value('cell')} AS value, ([${sets}])[place + 1] AS forms
        FROM ${cellRows(relation, ids, maxRows)})`;
    for (const [place, present, ...matchCounts] of await session.query(
      `SELECT place, ${aggregates} FROM (${values}) GROUP BY place`,
    )) {
      const candidate = batch[Number(place)];
      if (candidate === undefined) continue;
      const own = candidate.formats.map((format) => ({ format, cells: Number(matchCounts[formats.indexOf(format)]) }));
      counted.set(candidate.id, { present: Number(present), matches: own });
    }
  }
  return counted;
}

/** Formats with digits skip words, which would be most of the work in a table of words. */
function cellOf({ hasDigits }: TypedFormat): string {
  return hasDigits ? 'digits' : 'value';
}

/** A set of formats as a number with a bit for each. */
function setOf(some: readonly TypedFormat[], all: readonly TypedFormat[]): number {
  return some.reduce((set, form) => set + 2 ** all.indexOf(form), 0);
}
