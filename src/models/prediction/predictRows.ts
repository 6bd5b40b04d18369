import { type FieldError, pointer, ServiceError } from '../../kit/contract/errors.ts';
import { nextTurn } from '../../kit/turns.ts';
import { createMistakes } from './mistakes.ts';
import type { Prediction, Predictor } from './predictor.ts';
import type { Gaps } from './rows/gaps.ts';
import type { RawRows } from './rows/rawRows.ts';
import { readTable } from './rows/table.ts';

const NOT_FINITE = 'The answer is no finite number: the values lie too far from those of the training.';

/**
 * The predictions for rows, chunk by chunk; between two chunks other requests get their turn. What counts as missing goes to `gaps`.
 * After a wrong row nothing more is predicted: the rest is only read, to list what else is wrong. Throws ServiceError `invalid_rows`,
 * and `predict_rows_quota` where there are more than `mostRows`.
 */
export async function* predictRows(
  predictor: Predictor,
  chunks: AsyncIterable<RawRows> | Iterable<RawRows>,
  gaps: Gaps,
  mostRows: number | null,
): AsyncGenerator<readonly Prediction[]> {
  const mistakes = createMistakes();
  for await (const rows of chunks) {
    if (mostRows !== null && rows.first + rows.count > mostRows) throw tooMany(mostRows);
    const { table, mistakes: found } = readTable(predictor, rows);
    mistakes.add(found);
    if (mistakes.full) break;
    if (mistakes.any) continue;
    const predictions = predictor.predict(table);
    mistakes.add(notFinite(predictions, rows.first));
    gaps.add(table);
    if (!mistakes.any) yield predictions.filter((prediction) => prediction !== undefined);
    await nextTurn();
  }
  mistakes.check();
}

function tooMany(mostRows: number): ServiceError {
  const detail = `The project may send ${mostRows} rows to predict at once: send them in parts.`;
  return new ServiceError('predict_rows_quota', detail);
}

function notFinite(predictions: readonly (Prediction | undefined)[], first: number): FieldError[] {
  return predictions.flatMap((prediction, row) =>
    prediction ? [] : [{ path: pointer(['rows', first + row]), message: NOT_FINITE }],
  );
}
