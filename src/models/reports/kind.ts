import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { ErrorCode } from '../../kit/contract/errors.ts';
import type { OutputsRequest, RowOutputs } from '../outputs/rowOutputs.ts';
import type { ReportWarning } from './schemas.ts';

/** A model of a report. */
export interface ReportedModel {
  readonly id: string;
  readonly name: string;
  /** Whether the dataset of the report is that of its training. */
  readonly isOwnDataset: boolean;
}

/** What the work of a report has at hand. */
export interface ReportContext {
  /** In the order of the request. */
  readonly models: readonly ReportedModel[];
  /** The outputs of the model at that position. Stored outputs need no forward pass. */
  outputsOf(model: number, request: OutputsRequest): Promise<RowOutputs>;
  /** Sets the share of the work that is done, and throws if the report was cancelled. */
  progress(fraction: number): void;
}

export interface ReportOutcome {
  /** The members of the kind. Non-finite numbers become null. */
  readonly result: object;
  readonly warnings: readonly ReportWarning[];
  /** The measured rows. */
  readonly rows: number;
}

/** A kind of report. Its work is a pure function of the request, the models and the dataset. */
export interface ReportKind {
  readonly name: string;
  /** The outputs that it reads of every model, so that stored ones are found before it starts. */
  readonly needs: (request: unknown) => readonly OutputsRequest[];
  readonly run: (request: unknown, context: ReportContext) => Promise<ReportOutcome>;
}

interface KindDefinition<Schema extends z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
  readonly needs: (request: z.output<Schema>) => readonly OutputsRequest[];
  readonly run: (request: z.output<Schema>, context: ReportContext) => Promise<ReportOutcome>;
}

/** A kind whose stored requests match the schema. */
export function defineKind<Schema extends z.ZodType>(definition: KindDefinition<Schema>): ReportKind {
  const { name, schema, needs, run } = definition;
  return {
    name,
    needs: (request) => needs(schema.parse(request)),
    run: (request, context) => run(schema.parse(request), context),
  };
}

/** Why a report failed. */
export interface ReportFailure {
  readonly code: ErrorCode | 'out_of_memory' | 'thread_crashed' | 'worker_crashed';
  readonly message: string;
}

/** The identity of a value: SHA-256 of its JSON, in hexadecimal. */
export function keyOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
