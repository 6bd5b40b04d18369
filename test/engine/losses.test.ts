import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../src/engine/kernels/reference/reference.ts';
import { TASKS } from '../../src/engine/losses/loss.ts';
import { createLoss, LOSS_NAMES, LOSSES, type LossSpec } from '../../src/engine/losses/losses.ts';
import { createTrainer } from '../../src/engine/network/trainer.ts';

/** The mean loss of outputs A for targets T, with `outputs` numbers of A a row. */
function lossOf(loss: LossSpec, A: readonly number[], T: readonly number[], outputs: number): number {
  const layers = [{ units: outputs, activation: 'linear' as const }];
  const trainer = createTrainer(
    { inputs: outputs, layers },
    {
      createKernels: createReferenceKernels,
      batchSize: A.length / outputs,
      datasetRows: A.length / outputs,
      loss,
      optimizer: { type: 'sgd' },
      seed: 1,
    },
  );
  const identity = Float64Array.from({ length: outputs ** 2 }, (_w, e) => (e % (outputs + 1) === 0 ? 1 : 0));
  trainer.writeParameters([{ layer: 1, name: 'W', shape: [outputs, outputs], values: identity }]);
  trainer.load(0, { X: A, T });
  const { sum, weight } = trainer.evaluate(Int32Array.from({ length: A.length / outputs }, (_row, i) => i));
  return sum / weight;
}

describe('a loss', () => {
  it.each<[LossSpec, number]>([
    [{ type: 'mse' }, (1 + 4 + 0) / 3],
    [{ type: 'mae' }, (1 + 2 + 0) / 3],
    [{ type: 'huber' }, (0.5 + 1.5 + 0) / 3],
    [{ type: 'huber', delta: 2 }, (0.5 + 2 + 0) / 3],
    [{ type: 'quantile', level: 0.9 }, (0.1 * 1 + 0.9 * 2 + 0) / 3],
    [{ type: 'poisson' }, (Math.E - 0 + Math.exp(-1) + 1 + Math.exp(2) - 4) / 3],
  ])('%o is the mean over the rows', (loss, expected) => {
    expect(lossOf(loss, [1, -1, 2], [0, 1, 2], 1)).toBeCloseTo(expected, 12);
  });

  it('of one logit is that of two classes, with or without smoothing', () => {
    for (const labelSmoothing of [0, 0.3]) {
      const ofLogit = lossOf({ type: 'binaryCrossEntropy', labelSmoothing }, [0.7, -2], [1, 1], 1);
      const ofClasses = lossOf({ type: 'crossEntropy', labelSmoothing }, [0, 0.7, 0, -2], [1, 1], 2);
      expect(ofLogit).toBeCloseTo(ofClasses, 12);
    }
  });

  it("with class weights is a mean over the weights of the rows' classes", () => {
    const loss = lossOf({ type: 'crossEntropy', classWeights: [1, 3] }, [0, 0, 5, 0], [1, 0], 2);
    expect(loss).toBeCloseTo((3 * Math.log(2) + Math.log(1 + Math.exp(-5))) / 4, 12);
  });

  it('stays finite for outputs far from the target', () => {
    expect(lossOf({ type: 'crossEntropy' }, [1000, 0], [1], 2)).toBe(1000);
    expect(lossOf({ type: 'binaryCrossEntropy' }, [-1000], [1], 1)).toBe(1000);
  });
});

describe('the table of losses', () => {
  it('has a loss for every task', () => {
    for (const task of TASKS) expect(LOSS_NAMES.filter((loss) => LOSSES[loss].tasks.includes(task))).not.toEqual([]);
  });

  it.each(LOSS_NAMES)('gives %s the number of outputs and the link of its task', (name) => {
    const { tasks, outputs, link, minTarget } = LOSSES[name];
    const ofNumbers = tasks.includes('regression');
    const classes = tasks.includes('multiclass') ? 3 : 2;
    const n = outputs(ofNumbers ? 1 : classes);
    const loss = createLoss({ type: name });
    const kernels = createReferenceKernels({ numbers: n, indices: 0 });
    // Predictions of the outputs that predict these values are these values.
    const predictions = ofNumbers
      ? [0.3]
      : Array.from({ length: classes }, (_, j) => (j + 1) / ((classes * (classes + 1)) / 2));
    const expected = ofNumbers || n > 1 ? predictions : predictions.slice(1);
    kernels.values.set(link.outputsOf(Float64Array.from(predictions, (p) => (ofNumbers ? p : Math.log(p)))));
    loss.predict(kernels, 0, 1, n);
    for (const [j, value] of expected.entries()) expect(kernels.values[j]).toBeCloseTo(value, 12);
    expect(kernels.values).toHaveLength(expected.length);
    expect(minTarget === null || ofNumbers).toBe(true);
  });
});
