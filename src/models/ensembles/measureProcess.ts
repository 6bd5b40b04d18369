/** The process that measures one ensemble for the API: started by `measure.ts`, ends with its parent. */
import { readTable } from '../../datasets/rows/readTable.ts';
import { chooseKernels } from '../../training/backend/kernels.ts';
import { beNice, THREAD_NICENESS } from '../../worker/priorities.ts';
import { selectColumns } from '../../worker/thread/columns.ts';
import { createEvaluation, type Evaluation } from './evaluation.ts';
import type { MeasureAnswer, MeasureRequest, TableRequest } from './messages.ts';

beNice(THREAD_NICENESS);
let evaluation: Evaluation | undefined;

process.on('message', (request: MeasureRequest) => {
  void answer(request).then((message) => process.send?.(message));
});
process.once('disconnect', () => process.exit());

async function answer(request: MeasureRequest): Promise<MeasureAnswer> {
  try {
    if (request.kind === 'table') evaluation = await openEvaluation(request);
    if (evaluation === undefined) throw new Error('There is no table yet.');
    if (request.kind === 'measure') return { kind: 'measured', metrics: evaluation.measure() };
    if (request.kind === 'member') evaluation.add(request.member);
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'failed', failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function openEvaluation({ kernels, file, columns, spec }: TableRequest): Promise<Evaluation> {
  const table = selectColumns(await readTable(file), columns);
  return createEvaluation(table, spec, chooseKernels(kernels).createKernels);
}
