import { z } from 'zod';
import { pageOf, pageQuery, repeatable } from '../../kit/contract/wire.ts';
import { REPORT_STATES } from '../../store/database/tables.ts';

const EXAMPLE_REPORT_ID = 'rpt_01jd8m9wq2t5n8x1c4v7b0k3z6';
const AT = '2026-11-23T08:00:00.000Z';
const MAX_WAIT_SECONDS = 60;
const DEFAULT_WAIT_SECONDS = 20;

/** Names of kinds; `src/server/reportKinds.ts` lists their work. */
const REPORT_KINDS = ['evaluation'] as const;
export type ReportKindName = (typeof REPORT_KINDS)[number];

export const reportParams = z.object({ id: z.string().max(64).describe('The id of a report.') });

const WARNING_CODES = ['rows_seen_in_training', 'rows_left_out', 'one_class', 'fewer_resamples'] as const;

const reportWarningSchema = z
  .object({
    code: z.enum(WARNING_CODES).describe('A stable code for programs.'),
    count: z.int().optional().describe('The number of affected rows.'),
    message: z.string().describe('The message for people.'),
  })
  .meta({ id: 'ReportWarning' });
export type ReportWarning = z.infer<typeof reportWarningSchema>;

/** The fields of every report. */
export const reportFields = z.object({
  id: z.string(),
  kind: z.enum(REPORT_KINDS).describe('The kind of report. Its members are beside these fields.'),
  state: z.enum(REPORT_STATES).describe('`succeeded`, `failed` and `cancelled` are final.'),
  progress: z
    .object({
      fraction: z.number().describe('The share of the work that is done.'),
      etaSeconds: z.number().nullable().describe('The estimated time that is left; null if it is not known.'),
    })
    .describe('Changes while the report runs.'),
  modelIds: z.array(z.string()).describe('The models, in the order of the request. They may have been deleted.'),
  datasetId: z.string().nullable().describe('The dataset with the rows; null if it was deleted.'),
  request: z.record(z.string(), z.unknown()).describe('The request with every default filled in.'),
  warnings: z.array(reportWarningSchema),
  error: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .describe('Why the report failed; null unless it has failed.'),
  cost: z
    .object({
      rows: z.int().nullable().describe('The measured rows; null until it has succeeded.'),
      seconds: z.number().nullable().describe('How long it ran; null until it has ended.'),
    })
    .describe('What the report needed.'),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});

const EXAMPLE = {
  ...{ id: EXAMPLE_REPORT_ID, kind: 'evaluation', state: 'succeeded', progress: { fraction: 1, etaSeconds: 0 } },
  ...{ modelIds: ['mdl_01jd3k8z5mq0v7x2w9c4n6b8rt'], datasetId: 'ds_01jd8m3c6r0v3k9m7d5x2w1q4z', request: {} },
  ...{ warnings: [], error: null, cost: { rows: 16281, seconds: 0.8 }, createdAt: AT, finishedAt: AT },
} as const;

/** A report of any kind: its members are those of the route that creates it. */
export const reportSchema = reportFields.loose().meta({
  id: 'Report',
  description:
    'Work over rows with one or more models. The members of its kind are at the top level, and null until it has succeeded; the route that creates it describes them.',
  example: EXAMPLE,
});
export type Report = z.infer<typeof reportSchema>;

const reportSummarySchema = reportFields.omit({ request: true, warnings: true }).meta({
  id: 'ReportSummary',
  description: 'A report without its request, its warnings and the members of its kind.',
});
export type ReportSummary = z.infer<typeof reportSummarySchema>;

export const reportPage = pageOf(reportSummarySchema).meta({ id: 'ReportPage', description: 'Reports, newest first.' });

export const reportsQuery = pageQuery.extend({
  kind: z.enum(REPORT_KINDS).optional().describe('Only reports of this kind.'),
  modelId: z.string().max(64).optional().describe('Only reports about this model.'),
  datasetId: z.string().max(64).optional().describe('Only reports about rows of this dataset.'),
  state: repeatable(z.enum(REPORT_STATES)).optional().describe('Only reports in this state, or in one of several.'),
});
export type ReportsQuery = z.output<typeof reportsQuery>;

/** `?wait=` of routes that create a report. */
export const reportWaitQuery = z.strictObject({
  wait: z.coerce
    .number()
    .min(0)
    .max(MAX_WAIT_SECONDS)
    .default(DEFAULT_WAIT_SECONDS)
    .describe('Respond when the report is final, or after this many seconds.'),
});

/** The headers of routes that create a report, beside that of idempotency. */
export const preferHeader = {
  prefer: z.string().optional().describe('`respond-async` (RFC 7240): respond at once, as with `wait=0`.'),
};

const MS_PER_SECOND = 1000;

/** How long the response of a route that creates a report may wait. */
export function waitMsOf(
  { wait }: z.output<typeof reportWaitQuery>,
  { prefer }: { readonly prefer?: string | undefined },
) {
  return /\brespond-async\b/i.test(prefer ?? '') ? 0 : wait * MS_PER_SECOND;
}

export function isFinalReport({ state }: Pick<Report, 'state'>): boolean {
  return state !== 'queued' && state !== 'running';
}
