/**
 * The process that measures one model for the API. `evaluationClient.ts` starts it; it ends with
 * its parent.
 */
import { readTable } from '../../datasets/rows/readTable.ts';
import { chooseKernels } from '../../training/backend/kernels.ts';
import { pickColumns } from '../../worker/thread/columns.ts';
import { setNiceness, THREAD_NICENESS } from '../../worker/thread/priorities.ts';
import { createEvaluation, type Evaluation } from './evaluation.ts';
import type { EvaluationRequest, EvaluationResponse, TableRequest } from './messages.ts';

setNiceness(THREAD_NICENESS);
let evaluation: Evaluation | undefined;

process.on('message', (request: EvaluationRequest) => {
  void handleRequest(request).then((message) => process.send?.(message));
});
process.once('disconnect', () => process.exit());

async function handleRequest(request: EvaluationRequest): Promise<EvaluationResponse> {
  try {
    if (request.kind === 'table') evaluation = await openEvaluation(request);
    if (evaluation === undefined) throw new Error('Expected a table first.');
    if (request.kind === 'measure') return { kind: 'measured', metrics: evaluation.evaluate() };
    if (request.kind === 'network') evaluation.add(request.network);
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'failed', failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function openEvaluation({ kernels, file, columns, spec }: TableRequest): Promise<Evaluation> {
  const table = pickColumns(await readTable(file), columns);
  return createEvaluation(table, spec, chooseKernels(kernels).createKernels);
}
