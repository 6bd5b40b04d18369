import type { RowOutputs } from '../outputs/rowOutputs.ts';
import { defineKind, type ReportContext } from '../reports/kind.ts';
import type { ReportWarning } from '../reports/schemas.ts';
import { classReport } from './classReport.ts';
import { numberReport } from './numberReport.ts';
import { type EvaluationRequest, evaluationRequest } from './schemas.ts';

/** Rows times classes times resamples at most: a few seconds. */
const MAX_RESAMPLED = 2e8;

/** The work of an evaluation. */
export const evaluationKind = defineKind({
  name: 'evaluation',
  schema: evaluationRequest,
  needs: (request) => [outputsRequest(request)],
  async run(request, context) {
    const outputs = await context.outputsOf(0, outputsRequest(request));
    const resamples = resamplesFor(request, outputs);
    let done = 0;
    const options = { request, resamples, onResample: () => context.progress(done++ / resamples) };
    const { classes } = outputs;
    const members = classes === null ? numberReport(outputs, options) : classReport(outputs, classes, options);
    return {
      result: { part: request.part, rows: outputs.counts, ...members },
      warnings: warningsOf(request, outputs, context, resamples),
      rows: outputs.counts.used,
    };
  },
});

function outputsRequest({ part, target, weightColumn }: EvaluationRequest) {
  return { part, target, weightColumn };
}

function resamplesFor({ confidence }: EvaluationRequest, { rows, classes }: RowOutputs): number {
  const cost = rows.length * Math.max(1, classes === null || classes.length === 2 ? 1 : classes.length);
  return Math.min(confidence.resamples, Math.floor(MAX_RESAMPLED / cost));
}

function warningsOf(
  { part, confidence }: EvaluationRequest,
  { counts, classes, actual }: RowOutputs,
  { models }: ReportContext,
  resamples: number,
): readonly ReportWarning[] {
  const { seenInTraining, withoutTarget, unknownLabel, withoutWeight } = counts;
  const warnings: ReportWarning[] = [];
  const seen = seenInTraining ?? 0;
  if (seen > 0) {
    const where = models[0].isOwnDataset ? `the ${part} rows` : 'the rows of this dataset';
    const message = `${seen} of ${where} were training rows of the model, so these metrics are too good.`;
    warnings.push({ code: 'rows_seen_in_training', count: seen, message });
  }
  const leftOut = withoutTarget + unknownLabel + withoutWeight;
  if (leftOut > 0) {
    const message = `${leftOut} rows were left out: ${withoutTarget} without a target, ${unknownLabel} with an unknown label, ${withoutWeight} without a weight.`;
    warnings.push({ code: 'rows_left_out', count: leftOut, message });
  }
  if (classes !== null && new Set(actual).size === 1) {
    warnings.push({ code: 'one_class', message: 'All rows have the same label, so rankings cannot be measured.' });
  }
  if (resamples < confidence.resamples) {
    const message = `${resamples} of ${confidence.resamples} resamples were drawn, because there are many rows.`;
    warnings.push({ code: 'fewer_resamples', message });
  }
  return warnings;
}
