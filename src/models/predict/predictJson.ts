import { z } from 'zod';
import { elementsOf, membersOf } from '../../formats/text/jsonSource.ts';
import type { JsonLimits } from '../../kit/contract/json.ts';
import { parseInput } from '../../kit/contract/validation.ts';
import { parseJson } from '../rows/body.ts';
import { type JsonRows, jsonRows } from '../rows/json.ts';
import { createMissingValueWarnings } from '../rows/missingValueWarnings.ts';
import type { RawRows } from '../rows/rawRows.ts';
import type { Prediction, Predictor } from '../stored/predictor/predictor.ts';
import { predictRows } from './predictRows.ts';
import type { PredictResponse } from './schemas.ts';

type PredictionJson = PredictResponse['predictions'][number];

/**
 * Checks the body only. Rows are checked one by one, because a zod record would lose a column named
 * `__proto__`.
 */
const rowsSchema = z.strictObject({ rows: z.array(z.unknown()) });

/**
 * The rows of `{"rows": […]}`, or of an array as it was uploaded. Throws ServiceError
 * `invalid_json`, `invalid_request`, and `payload_too_large` above a limit.
 */
export function rowsOf(text: string, limits: JsonLimits): JsonRows {
  const body = parseJson(text, limits);
  const isArray = Array.isArray(body);
  let sources: readonly string[] | undefined;
  return {
    values: isArray ? body : parseInput(rowsSchema, body).rows,
    sourceOf(row) {
      sources ??= elementsOf(isArray ? text : (membersOf(text).get('rows') ?? '[]'));
      return sources[row] ?? '{}';
    },
  };
}

/** The predictions for the rows, in their order. Throws as `predictRows`. */
export async function predictJson(
  predictor: Predictor,
  rows: JsonRows,
  maxRows: number | null,
): Promise<PredictResponse> {
  const missingValues = createMissingValueWarnings(predictor.fitted);
  const predictions: PredictionJson[] = [];
  for await (const chunk of predictRows(predictor, inChunks(predictor, rows), missingValues, maxRows)) {
    for (const prediction of chunk) predictions.push(toJson(prediction, predictor.classes ?? []));
  }
  return { predictions, warnings: [...missingValues.warnings()] };
}

/** `{"label": …, "probabilities": {…}}` or `{"value": …}`. */
export function toJson(prediction: Prediction, classes: readonly string[]): PredictionJson {
  if ('value' in prediction) return prediction;
  const { label, probabilities } = prediction;
  // Without a prototype, because a class may have the name `__proto__`.
  const byClass: Record<string, number> = Object.create(null);
  for (const [index, name] of classes.entries()) byClass[name] = probabilities[index] ?? 0;
  return { label, probabilities: byClass };
}

function* inChunks({ known, chunkRows }: Predictor, { values, sourceOf }: JsonRows): Generator<RawRows> {
  for (let first = 0; first < values.length; first += chunkRows) {
    const chunk = values.slice(first, first + chunkRows);
    yield jsonRows({ values: chunk, sourceOf: (row) => sourceOf(first + row) }, first, known);
  }
}
