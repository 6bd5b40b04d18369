import { isOutOfMemory } from '../../../jobs/failures.ts';
import { INTERNAL_ERROR_DETAIL, ServiceError } from '../../../kit/contract/errors.ts';
import { chooseKernels } from '../../../training/backend/kernels.ts';
import { setNiceness } from '../../../worker/thread/priorities.ts';
import { createTableReader, type TableReader } from '../../../worker/thread/tableReader.ts';
import { computeOutputs } from '../../outputs/computeOutputs.ts';
import { decodeOutputs, encodeOutputs, type OutputsRequest, type RowOutputs } from '../../outputs/rowOutputs.ts';
import { createReportControl, ReportStoppedError } from '../control.ts';
import { keyOf, type ReportContext, type ReportFailure, type ReportKind } from '../kind.ts';
import type { NewOutputs, ReportTask, ReportTaskResult, ReportThreadSetup, TaskModel } from '../messages.ts';

/** Reports yield to trainings, whose threads have niceness 10. */
const REPORT_NICENESS = 15;
/** The share of the work that computing outputs is; the rest is the kind's own. */
const OUTPUTS_SHARE = 0.8;

const OUT_OF_MEMORY: ReportFailure = {
  code: 'out_of_memory',
  message: 'The report ran out of memory. Use fewer rows, or a machine with more memory.',
};

/** Runs the work of one report. Failures are in the result, so a thrown error is a crash. */
export type RunReport = (task: ReportTask) => Promise<ReportTaskResult>;

/** For the module of the thread: the function that runs reports of these kinds. */
export function createRunReport(kinds: readonly ReportKind[], { kernels }: ReportThreadSetup): RunReport {
  setNiceness(REPORT_NICENESS);
  const { createKernels } = chooseKernels(kernels);
  const tables = createTableReader();
  return async (task) => {
    const computed: NewOutputs[] = [];
    try {
      const kind = kinds.find(({ name }) => name === task.kind);
      if (kind === undefined) throw new Error(`There is no kind of report '${task.kind}'.`);
      const context = createContext(task, { tables, createKernels, computed });
      const { result, warnings, rows } = await kind.run(task.request, context);
      return { kind: 'done', result, warnings, rows, computed };
    } catch (error) {
      if (error instanceof ReportStoppedError) return { kind: 'stopped' };
      return { kind: 'failed', failure: failureOf(error), error };
    }
  };
}

interface ContextDeps {
  readonly tables: TableReader;
  readonly createKernels: ReturnType<typeof chooseKernels>['createKernels'];
  readonly computed: NewOutputs[];
}

function createContext(task: ReportTask, { tables, createKernels, computed }: ContextDeps): ReportContext {
  const control = createReportControl(task.control);
  const known = new Map<string, RowOutputs>();
  const total = task.models.reduce(
    (sum, { outputs, networks }) => sum + outputs.filter(({ stored }) => stored === null).length * networks.length,
    0,
  );
  let done = 0;
  const progress = (fraction: number) => {
    if (control.isStopped()) throw new ReportStoppedError();
    control.setFraction(fraction);
  };

  const compute = async (model: TaskModel, request: OutputsRequest): Promise<RowOutputs> => {
    const table = await tables.read(task.file);
    const { trainingFile } = model;
    const trainingTable =
      trainingFile === null ? null : trainingFile === task.file ? table : await tables.read(trainingFile);
    progress((OUTPUTS_SHARE * done) / total);
    const outputs = computeOutputs({ ...model, table, trainingTable }, request, {
      createKernels,
      onRows: () => progress((OUTPUTS_SHARE * done) / total),
    });
    done += model.networks.length;
    return outputs;
  };

  return {
    models: task.models,
    async outputsOf(index, request) {
      const model = task.models[index];
      const needed = model.outputs.find((each) => keyOf(each.request) === keyOf(request));
      if (needed === undefined) throw new Error('A kind of report reads outputs that it has not declared.');
      const { key, stored } = needed;
      const outputs = known.get(key) ?? (stored === null ? await compute(model, request) : decodeOutputs(stored));
      if (stored === null && !known.has(key)) {
        computed.push({ key, modelId: model.id, bytes: encodeOutputs(outputs) });
      }
      known.set(key, outputs);
      return outputs;
    },
    progress: (fraction) => progress(OUTPUTS_SHARE + (1 - OUTPUTS_SHARE) * fraction),
  };
}

function failureOf(error: unknown): ReportFailure {
  if (error instanceof ServiceError) return { code: error.code, message: error.message };
  return isOutOfMemory(error) ? OUT_OF_MEMORY : { code: 'internal_error', message: INTERNAL_ERROR_DETAIL };
}
