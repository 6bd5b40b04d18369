import { type FieldError, pointer, ServiceError } from '../../kit/contract/errors.ts';
import { yieldToEventLoop } from '../../kit/yieldToEventLoop.ts';
import { createIssues } from '../rows/issues.ts';
import type { MissingValueWarnings } from '../rows/missingValueWarnings.ts';
import type { RawRows } from '../rows/rawRows.ts';
import { readTable } from '../rows/table.ts';
import type { Prediction, Predictor } from '../stored/predictor/predictor.ts';

const NOT_FINITE = 'The prediction is not a finite number. The values are too far from those of the training rows.';

/**
 * The predictions for chunks of rows. Yields to other requests between two chunks. Counts missing
 * values in `missingValues`. After an invalid row nothing more is predicted: the rest is only read,
 * to list all issues. Throws ServiceError `invalid_rows`, and `predict_rows_quota` for more than
 * `maxRows` rows.
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
    const read = readTable(predictor, rows);
    issues.add(read.issues);
    if (issues.full) break;
    if (issues.any) continue;
    const predictions = predictor.predict(read.table);
    issues.add(notFinite(predictions, rows.first));
    missingValues.add(read);
    if (!issues.any) yield predictions.filter((prediction) => prediction !== undefined);
    await yieldToEventLoop();
  }
  issues.check();
}

function tooMany(maxRows: number): ServiceError {
  const detail = `The project may predict ${maxRows} rows per request. Send the rows in several requests.`;
  return new ServiceError('predict_rows_quota', detail);
}

function notFinite(predictions: readonly (Prediction | undefined)[], first: number): FieldError[] {
  if (!predictions.includes(undefined)) return [];
  return predictions.flatMap((prediction, row) =>
    prediction ? [] : [{ path: pointer(['rows', first + row]), message: NOT_FINITE }],
  );
}
