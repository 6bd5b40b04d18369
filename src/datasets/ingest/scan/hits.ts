import type { Session } from '../../duckdb/duckdb.ts';
import { batches } from '../../duckdb/sql.ts';
import type { Cells } from '../cells.ts';
import { cellRows, type Relation } from '../source/relation.ts';
import type { Form } from './forms.ts';

/** A column with the forms that its cells may be written in. */
export interface Candidate {
  readonly id: string;
  readonly forms: readonly Form[];
}

/** How many cells of a column are written in each form, in the order of the forms. */
export type Hits = ReadonlyMap<string, readonly FormHits[]>;
export interface FormHits {
  readonly form: Form;
  readonly cells: number;
}

/** So many rows propose forms; all rows then decide, on the few that were proposed. */
const PROPOSING_ROWS = 200;
/** In the first rows, at least this share of the cells must be written in a form for it to be tried on all. */
const PROPOSING_SHARE = 0.5;

/** Counts forms over every row, after the first rows have ruled out most of them. */
export async function countForms(
  session: Session,
  relation: Relation,
  candidates: readonly Candidate[],
  cells: Cells,
): Promise<Hits> {
  const counted = await countIn(session, relation, candidates, cells, PROPOSING_ROWS);
  const proposed = candidates.map(({ id }) => {
    const { present, hits } = counted.get(id) ?? { present: 0, hits: [] };
    return { id, forms: hits.filter((hit) => hit.cells >= present * PROPOSING_SHARE).map(({ form }) => form) };
  });
  const worth = proposed.filter(({ forms }) => forms.length > 0);
  const all = await countIn(session, relation, worth, cells);
  return new Map([...all].map(([id, { hits }]) => [id, hits]));
}

interface Counted {
  readonly present: number;
  readonly hits: readonly FormHits[];
}

/** Over all rows, or the first `mostRows`. A form is tried on the cells of those columns alone that it is a candidate for. */
async function countIn(
  session: Session,
  relation: Relation,
  candidates: readonly Candidate[],
  cells: Cells,
  mostRows?: number,
): Promise<ReadonlyMap<string, Counted>> {
  const counted = new Map<string, Counted>();
  const forms = [...new Set(candidates.flatMap((candidate) => candidate.forms))];
  const counts = forms.map(
    (form, index) => `count(CASE WHEN forms & ${2 ** index} > 0 THEN ${form.value(cellOf(form))} END)`,
  );
  const aggregates = ['count(value)', ...counts].map((count) => `${count}::DOUBLE`).join(', ');
  for (const batch of batches(candidates, relation.columnsAStatement)) {
    const sets = batch.map((candidate) => setOf(candidate.forms, forms));
    const ids = batch.map(({ id }) => id);
    const values = `SELECT *, CASE WHEN regexp_matches(value, '[0-9]') THEN value END AS digits
      FROM (SELECT place, ${cells.value('cell')} AS value, ([${sets}])[place + 1] AS forms
        FROM ${cellRows(relation, ids, mostRows)})`;
    for (const [place, present, ...hits] of await session.query(
      `SELECT place, ${aggregates} FROM (${values}) GROUP BY place`,
    )) {
      const candidate = batch[Number(place)];
      if (candidate === undefined) continue;
      const own = candidate.forms.map((form) => ({ form, cells: Number(hits[forms.indexOf(form)]) }));
      counted.set(candidate.id, { present: Number(present), hits: own });
    }
  }
  return counted;
}

/** Numbers and times have a digit: to try their forms on words is most of the work in a table of words. */
function cellOf({ type }: Form): string {
  return type === 'boolean' ? 'value' : 'digits';
}

/** A set of forms as a number with a bit for each. */
function setOf(some: readonly Form[], all: readonly Form[]): number {
  return some.reduce((set, form) => set + 2 ** all.indexOf(form), 0);
}
