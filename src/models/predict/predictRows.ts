import { type FieldError, pointer, ServiceError } from '../../kit/contract/errors.ts';
import { yieldToEventLoop } from '../../kit/yieldToEventLoop.ts';
import { createIssues } from '../rows/issues.ts';
import type { MissingValueWarnings } from '../rows/missingValueWarnings.ts';
import type { RawRows } from '../rows/rawRows.ts';
import { readTable } from '../rows/table.ts';
import type { Prediction, Predictor } from '../stored/predictor/predictor.ts';

const NOT_FINITE = 'The answer is no finite number: the values lie too far from those of the training.';

/**
 * The predictions for rows, chunk by chunk; between two chunks other requests get their turn. What counts as missing goes to `gaps`.
 * After a wrong row nothing more is predicted: the rest is only read, to list what else is wrong. Throws ServiceError `invalid_rows`,
 * and `predict_rows_quota` where there are more than `maxRows`.
 */
export async function* predictRows(
  predictor: Predictor,
  chunks: AsyncIterable<RawRows> | Iterable<RawRows>,
  missingValues: MissingValueWarnings,
  maxRows: number | null,
): AsyncGenerator<readonly Prediction[]> {
  const issues = createIssues();
  for await (const rows of chunks) {
    if (maxRows !== null && rows.first + rows.count > maxRows) throw tooMany(maxRows);
    const { table, issues: found } = readTable(predictor, rows);
    issues.add(found);
    if (issues.full) break;
    if (issues.any) continue;
    const predictions = predictor.predict(table);
    issues.add(notFinite(predictions, rows.first));
    missingValues.add(table);
    if (!issues.any) yield predictions.filter((prediction) => prediction !== undefined);
    await yieldToEventLoop();
  }
  issues.check();
}

function tooMany(maxRows: number): ServiceError {
  const detail = `The project may send ${maxRows} rows to predict at once: send them in parts.`;
  return new ServiceError('predict_rows_quota', detail);
}

function notFinite(predictions: readonly (Prediction | undefined)[], first: number): FieldError[] {
  return predictions.flatMap((prediction, row) =>
    prediction ? [] : [{ path: pointer(['rows', first + row]), message: NOT_FINITE }],
  );
}
