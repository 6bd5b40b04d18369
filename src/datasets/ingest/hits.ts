import type { Session } from '../duckdb.ts';
import type { Cells } from './cells.ts';
import type { Form } from './forms.ts';
import { batches } from './sql.ts';

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
const FORMS_A_STATEMENT = 2000;

/** Counts forms over every row, after the first rows have ruled out most of them. */
export async function countForms(
  session: Session,
  relation: string,
  candidates: readonly Candidate[],
  cells: Cells,
): Promise<Hits> {
  const head = `(SELECT * FROM ${relation} LIMIT ${PROPOSING_ROWS})`;
  const counted = await countIn(session, head, candidates, cells);
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

async function countIn(
  session: Session,
  relation: string,
  candidates: readonly Candidate[],
  cells: Cells,
): Promise<ReadonlyMap<string, Counted>> {
  const counted = new Map<string, Counted>();
  const columnsAStatement = Math.max(1, Math.floor(FORMS_A_STATEMENT / Math.max(1, candidates[0]?.forms.length ?? 1)));
  for (const batch of batches(candidates, columnsAStatement)) {
    const values = batch.map(({ id }) => `${cells.value(id)} AS ${id}`);
    const counts = batch.flatMap(({ id, forms }) => [
      `count(${id})::DOUBLE`,
      ...forms.map((form) => `count(${form.value(id)})::DOUBLE`),
    ]);
    const sql = `SELECT ${counts.join(', ')} FROM (SELECT ${values.join(', ')} FROM ${relation})`;
    const answer = [...((await session.query(sql))[0] ?? [])].map(Number);
    for (const { id, forms } of batch) {
      const [present = 0, ...hits] = answer.splice(0, forms.length + 1);
      counted.set(id, { present, hits: forms.map((form, index) => ({ form, cells: hits[index] ?? 0 })) });
    }
  }
  return counted;
}
