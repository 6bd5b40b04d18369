/** The module of the thread that runs reports. */
import { workerData } from 'node:worker_threads';
import { createRunReport } from '../models/reports/thread/runReport.ts';
import { REPORT_KINDS } from './reportKinds.ts';

export const runReport = createRunReport(REPORT_KINDS, workerData);
