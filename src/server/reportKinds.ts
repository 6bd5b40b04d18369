import { evaluationKind } from '../models/evaluate/kind.ts';
import type { ReportKind } from '../models/reports/kind.ts';

/** The kinds of reports that the worker runs. */
export const REPORT_KINDS: readonly ReportKind[] = [evaluationKind];
