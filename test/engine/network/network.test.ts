import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';
import type { LossSpec } from '../../../src/engine/losses/losses.ts';
import { createNetwork } from '../../../src/engine/network/network.ts';
import type { NetworkSpec } from '../../../src/engine/network/spec.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { HIDDEN, INPUTS, OUTPUTS, ROWS, sampleTrainer } from '../sampleTraining.ts';

const generator = createGenerator(5);
const X = Float64Array.from({ length: 5 * INPUTS }, () => generator.normal());

function predictor(spec: NetworkSpec, loss: LossSpec = { type: 'mse' }, batchSize = 2) {
  return createNetwork(spec, { createKernels: createReferenceKernels, batchSize, loss });
}

describe('a network', () => {
  it('predicts as the training whose parameters it has', () => {
    const trainer = sampleTrainer([{ units: 6, activation: 'mish', normalization: 'batch', dropout: 0.5 }], {
      type: 'crossEntropy',
    });
    for (let step = 0; step < 5; step++) trainer.trainStep(0, ROWS, 0.01);
    const layers = [
      { units: 6, activation: 'mish' as const, normalization: 'batch' as const },
      { units: OUTPUTS, activation: 'linear' as const },
    ];
    const network = predictor({ inputs: INPUTS, layers }, { type: 'crossEntropy' });
    network.writeParameters(trainer.readParameters());
    expect(network.predict(X)).toEqual(trainer.predict(X));
    expect(network.outputsFor(X)).toEqual(trainer.outputsFor(X));
  });

  it.each([
    ['mse', (a: number) => a],
    ['poisson', Math.exp],
    ['binaryCrossEntropy', (a: number) => 1 / (1 + Math.exp(-a))],
  ] as const)('gives predictions in the terms of the target with %s', (type, transform) => {
    const trainer = sampleTrainer(HIDDEN, { type });
    const outputs = trainer.outputsFor(X);
    trainer.predict(X).forEach((prediction, e) => {
      expect(prediction).toBeCloseTo(transform(outputs[e]), 12);
    });
  });

  it('has parameters in the shapes of the notes', () => {
    const network = predictor({
      inputs: 3,
      layers: [
        { units: 5, activation: 'relu', normalization: 'batch' },
        { units: 2, activation: 'linear' },
      ],
    });
    const shapes = network.readParameters().map(({ name, layer, shape }) => [`${name}${layer}`, ...shape]);
    expect(shapes).toEqual([
      ['W1', 5, 3],
      ['b1', 5, 1],
      ['gamma1', 5, 1],
      ['beta1', 5, 1],
      ['mean1', 5, 1],
      ['var1', 5, 1],
      ['W2', 2, 5],
      ['b2', 2, 1],
    ]);
  });

  it('multiplies W, given row by row, with the rows', () => {
    const network = predictor({ inputs: 2, layers: [{ units: 3, activation: 'linear' }] });
    const values = Float64Array.of(1, 2, 3, 4, 5, 6);
    network.writeParameters([
      { layer: 1, name: 'W', shape: [3, 2], values },
      { layer: 1, name: 'b', shape: [3, 1], values: Float64Array.of(0.5, 0, -0.5) },
    ]);
    expect([...network.outputsFor(Float64Array.of(10, 1))]).toEqual([12.5, 34, 55.5]);
    expect(network.readParameters()[0].values).toEqual(values);
  });

  it('rejects parameters of another network', () => {
    const network = predictor({ inputs: 2, layers: [{ units: 3, activation: 'linear' }] });
    const values = new Float64Array(6);
    expect(() => network.writeParameters([{ layer: 1, name: 'W', shape: [2, 3], values }])).toThrow('(3, 2)');
    expect(() => network.writeParameters([{ layer: 2, name: 'W', shape: [3, 2], values }])).toThrow('Layer 2');
  });

  it('rejects numbers that are not whole rows', () => {
    expect(() => predictor({ inputs: 2, layers: HIDDEN }).predict(new Float64Array(3))).toThrow(RangeError);
  });

  it.each<[string, NetworkSpec]>([
    ['no inputs', { inputs: 0, layers: HIDDEN }],
    ['no layers', { inputs: 2, layers: [] }],
    ['a layer of no units', { inputs: 2, layers: [{ units: 0, activation: 'relu' }] }],
    ['half a unit', { inputs: 2, layers: [{ units: 1.5, activation: 'relu' }] }],
    ['dropout of everything', { inputs: 2, layers: [{ units: 2, activation: 'relu', dropout: 1 }, ...HIDDEN] }],
    ['dropout of outputs', { inputs: 2, layers: [{ units: 2, activation: 'relu', dropout: 0.5 }] }],
  ])('cannot have %s', (_what, spec) => {
    expect(() => predictor(spec)).toThrow(RangeError);
  });
});
