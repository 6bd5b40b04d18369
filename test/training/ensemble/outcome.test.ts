import { describe, expect, it } from 'vitest';
import { createNetwork } from '../../../src/engine/network/network.ts';
import { layoutOf } from '../../../src/features/transform.ts';
import type { Table } from '../../../src/formats/table.ts';
import { chooseKernels } from '../../../src/training/backend/kernels.ts';
import {
  combineSnapshots,
  type EnsembleOutcome,
  isComplete,
  selectSnapshots,
  type TrainedNetwork,
} from '../../../src/training/ensemble/outcome.ts';
import { countSnapshots, storesEpoch } from '../../../src/training/ensemble/snapshots.ts';
import { words } from '../../features/columns.ts';
import { flowers, line } from '../tables.ts';
import { trainOn } from './members.ts';

const { createKernels } = chooseKernels('wasm');
const NETWORK = { layers: [{ units: 8 }] };

/** The mean predictions for the validation rows. Each network is created anew. */
function meanPredictions({ networks }: EnsembleOutcome, members: readonly TrainedNetwork[]): number[] {
  const predictions = networks.map((network) => {
    const from = members.find(({ member }) => member === network.member);
    if (from === undefined) throw new Error('no such member');
    const { X, codes, rows, features } = from.prepared;
    const layout = layoutOf(features);
    const created = createNetwork(
      { ...layout, layers: network.layers },
      { batchSize: 16, loss: network.loss, createKernels },
    );
    created.writeParameters(network.parameters);
    const [first, end] = [rows.training, rows.training + rows.validation];
    const dense = X.length / (rows.training + rows.validation + rows.test);
    const oneHot = layout.oneHot.length;
    return created.predict(X.subarray(first * dense, end * dense), codes.subarray(first * oneHot, end * oneHot));
  });
  return [...predictions[0]].map((_, i) => predictions.reduce((sum, of) => sum + of[i], 0) / predictions.length);
}

describe('an ensemble of numbers', () => {
  const table = line(200);
  const request = { target: 'y', network: NETWORK, training: { epochs: 6 } };
  const members = [
    trainOn(table, 1, { ...request, training: { epochs: 6, seed: 1 } }).trained,
    trainOn(table, 2, { ...request, features: { bins: 4 }, training: { epochs: 6, seed: 2 } }).trained,
  ];
  const outcome = combineSnapshots(members, 4, createKernels);

  it('is the mean of the networks that it selects', () => {
    const { target, prepared } = { target: outcome.target, prepared: members[0].prepared };
    if (target.kind !== 'number') throw new Error('not a number');
    const { rows, actual } = prepared;
    const errors = meanPredictions(outcome, members).map(
      (value, i) => value * target.deviation + target.mean - actual[rows.training + i],
    );
    const rmse = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    expect(outcome.metrics.validation).toMatchObject({ rmse: expect.closeTo(rmse, 4) });
    expect(outcome.summary).toMatchObject({ scoreName: 'validation RMSE', score: expect.closeTo(rmse, 4) });
  });

  it('weights all networks alike, and lists the best snapshot of each member', () => {
    const { networks, summary } = outcome;
    expect(networks.length).toBeGreaterThanOrEqual(2);
    for (const { weight } of networks) expect(weight).toBe(1 / networks.length);
    expect(summary.members.map(({ member }) => member)).toEqual([1, 2]);
    expect(summary.selected).toEqual(
      networks.map(({ member, fold, epoch, weight }) => ({ member, fold, epoch, weight })),
    );
    expect(selectSnapshots(members, 4)).toEqual(summary);
  });

  it('is no worse on the validation rows than its best network', () => {
    const best = Math.min(...outcome.summary.members.map(({ score }) => score));
    expect(combineSnapshots(members, 1, createKernels).summary.score).toBeCloseTo(best, 10);
  });
});

describe('an ensemble of classes', () => {
  const table = flowers(240);
  const smoothed = { epochs: 8, labelSmoothing: 0.2 };
  const members = [
    trainOn(table, 1, { target: 'kind', network: NETWORK, training: { ...smoothed, seed: 3 } }).trained,
    trainOn(table, 2, { target: 'kind', network: NETWORK, training: { epochs: 8, seed: 4 } }).trained,
  ];
  const outcome = combineSnapshots(members, 6, createKernels);

  it('divides the logits of smoothed networks by their temperature, in the output layer', () => {
    for (const { member, temperature } of outcome.networks) {
      if (member === 2) expect(temperature).toBe(1);
      else expect(temperature).not.toBe(1);
    }
    const { rows, T } = members[0].prepared;
    const predictions = meanPredictions(outcome, members);
    let loss = 0;
    for (let row = 0; row < rows.validation; row++)
      loss -= Math.log(predictions[3 * row + T[rows.training + row]]) / rows.validation;
    expect(outcome.summary).toMatchObject({ scoreName: 'validation log loss', score: expect.closeTo(loss, 5) });
    expect(outcome.metrics.validation?.loss).toBeCloseTo(loss, 5);
  });

  it('weights rows and classes as the training does', () => {
    const weighted = { ...smoothed, classWeights: { setosa: 5, versicolor: 1, virginica: 1 } };
    const only = trainOn(table, 1, { target: 'kind', network: NETWORK, training: weighted }).trained;
    const { score } = combineSnapshots([only], 1, createKernels).summary;
    const { rows, T } = only.prepared;
    const predictions = meanPredictions(combineSnapshots([only], 1, createKernels), [only]);
    let [loss, total] = [0, 0];
    for (let row = 0; row < rows.validation; row++) {
      const t = T[rows.training + row];
      const weight = t === 0 ? 5 : 1;
      loss -= weight * Math.log(predictions[3 * row + t]);
      total += weight;
    }
    expect(score).toBeCloseTo(loss / total, 5);
  });
});

describe('the first output biases of a member', () => {
  const still = { epochs: 1, optimizer: { type: 'sgd', learningRate: 1e-9, momentum: 0 } } as const;
  const biasesOf = (table: Table, request: Parameters<typeof trainOn>[2]) => {
    const { trained } = trainOn(table, 1, {
      network: NETWORK,
      training: still,
      split: { validation: 0.2 },
      ...request,
    });
    const [{ parameters }] = combineSnapshots([trained], 1, createKernels).networks;
    const [bias] = parameters.filter(({ name }) => name === 'b').slice(-1);
    return { biases: [...bias.values], prepared: trained.prepared };
  };

  it('are the logits of the shares of the classes', () => {
    const { biases, prepared } = biasesOf(flowers(301), { target: 'kind' });
    const rows = prepared.T.subarray(0, prepared.rows.training);
    const shares = biases.map((bias) => Math.exp(bias));
    for (const [code, share] of shares.entries())
      expect(share).toBeCloseTo((rows.filter((t) => t === code).length + 1 / 3) / (rows.length + 1), 5);
  });

  it('count the weights of classes, and are one logit for two classes', () => {
    const table = flowers(300);
    const two = { ...table, columns: [...table.columns.slice(0, 3), words('two', TWO)] };
    const weighted = { ...still, classWeights: { no: 1, yes: 9 } };
    for (const [training, weight] of [
      [still, 1],
      [weighted, 9],
    ] as const) {
      const { biases, prepared } = biasesOf(two, { target: 'two', training });
      const yes = prepared.T.subarray(0, prepared.rows.training).filter((t) => t === 1).length;
      const no = prepared.rows.training - yes;
      const one = (weight * yes + no) / prepared.rows.training;
      expect(biases[0]).toBeCloseTo(Math.log((weight * yes + one / 2) / (no + one / 2)), 5);
    }
  });

  it('are 0 for a number', () => {
    expect(biasesOf(line(100), { target: 'y' }).biases[0]).toBeCloseTo(0, 5);
  });
});

/** A tenth is yes. */
const TWO = Array.from({ length: 300 }, (_, row) => (row % 10 === 0 ? 'yes' : 'no'));

describe('an ensemble with folds', () => {
  const table = line(200);
  const FOLDS = 4;
  const foldsOf = (member: number, epochs: number) =>
    Array.from({ length: FOLDS }, (_, index) => {
      const training = { epochs, seed: 10 * member + index, earlyStopping: null };
      const fold = { number: index + 1, of: FOLDS };
      return trainOn(table, member, { target: 'y', network: NETWORK, training }, { fold }).trained;
    });
  const networks = [...foldsOf(1, 5), ...foldsOf(2, 7)];
  const outcome = combineSnapshots(networks, 2 * FOLDS, createKernels);

  it('selects whole snapshots, each with a network of every fold', () => {
    expect(outcome.networks).toHaveLength(2 * FOLDS);
    expect(outcome.networks.map(({ fold }) => fold)).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    for (const { weight } of outcome.networks) expect(weight).toBe(1 / (2 * FOLDS));
    expect(outcome.summary.selected).toEqual(
      outcome.networks.map(({ member, fold, epoch, weight }) => ({ member, fold, epoch, weight })),
    );
    expect(outcome.summary.members.map(({ member }) => member)).toEqual([1, 2]);
    expect(combineSnapshots(networks, FOLDS + 1, createKernels).networks).toHaveLength(FOLDS);
  });

  it('scores each row by the networks that were not trained on it', () => {
    const { target } = outcome;
    if (target.kind !== 'number') throw new Error('not a number');
    const selected = combineSnapshots(networks, FOLDS, createKernels);
    let [sum, rows] = [0, 0];
    for (const { member, fold, epoch } of selected.networks) {
      const own = networks.find((network) => network.member === member && network.fold === fold);
      const values = own?.snapshots.find((snapshot) => snapshot.epoch === epoch)?.values ?? [];
      for (const [i, value] of values.entries()) {
        const actual = own?.prepared.actual[own.prepared.rows.training + i] ?? Number.NaN;
        sum += (value * target.deviation + target.mean - actual) ** 2;
        rows += 1;
      }
    }
    expect(rows).toBe(170);
    expect(selected.summary.score).toBeCloseTo(Math.sqrt(sum / rows), 4);
    expect(selected.metrics.validation).toMatchObject({ rmse: expect.closeTo(Math.sqrt(sum / rows), 4) });
  });

  it('has all rows that are not tested as training rows', () => {
    expect(outcome.split).toMatchObject({ training: 170, validation: 0, test: 30 });
    expect(outcome.metrics.test).not.toBeNull();
    expect(outcome.metrics.training).not.toBeNull();
  });

  it('joins the network of a fold that has ended with later epochs of the other folds', () => {
    const [first, ...others] = foldsOf(1, 7);
    const ended = { ...first, snapshots: first.snapshots.slice(0, 3) };
    const { selected } = selectSnapshots([ended, ...others], FOLDS);
    const last = Math.max(...selected.map(({ epoch }) => epoch));
    expect(last).toBeGreaterThan(3);
    expect(selected.map(({ epoch }) => epoch)).toEqual([3, last, last, last]);
  });

  it('is complete with snapshots of every fold', () => {
    const [first, ...others] = foldsOf(1, 3);
    expect(isComplete([first, ...others])).toBe(true);
    expect(isComplete(others)).toBe(false);
    expect(isComplete([{ ...first, snapshots: [] }, ...others])).toBe(false);
    expect(isComplete([])).toBe(false);
  });
});

describe('the snapshots of a member', () => {
  const request = { target: 'y', network: NETWORK, training: { epochs: 5 } };

  it('are the same, whether the training was interrupted or not', () => {
    const table = line(120);
    const whole = trainOn(table, 1, request);
    const before = trainOn(table, 1, request, { stopAt: (step) => (step >= 13 ? 'pause' : null) });
    const after = trainOn(table, 1, request, { checkpoint: before.checkpoints.at(-1) ?? null });
    expect(before.result).toBeNull();
    expect([...before.trained.snapshots, ...after.trained.snapshots]).toEqual(whole.trained.snapshots);
    expect(whole.trained.snapshots.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  });

  it('list the shapes of all layers, the output layer included', () => {
    const { networks } = trainOn(line(120), 1, { ...request, features: { bins: 0 } });
    expect(networks).toEqual([
      [
        expect.objectContaining({ layer: 1, units: 8, shapes: { W: [8, 1], b: [8, 1] } }),
        expect.objectContaining({ layer: 2, units: 1, activation: 'linear', shapes: { W: [1, 8], b: [1, 1] } }),
      ],
    ]);
  });

  it('count without the first epoch, which may be incomplete, unless there are no others', () => {
    const { trained } = trainOn(line(120), 1, request);
    const first = { ...trained, snapshots: trained.snapshots.slice(0, 1) };
    expect(selectSnapshots([first, { ...trained, member: 2 }], 3).members.map(({ member }) => member)).toEqual([2]);
    expect(selectSnapshots([first], 3).selected).toEqual([{ member: 1, fold: null, epoch: 1, weight: 1 }]);
  });

  it('are at most about forty, evenly spaced', () => {
    const stored = (epochs: number) =>
      Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => storesEpoch(epoch, epochs));
    expect(stored(40)).toHaveLength(40);
    expect(stored(60).slice(0, 4)).toEqual([1, 2, 4, 6]);
    expect(stored(100_000).length).toBeLessThanOrEqual(41);
    for (const epochs of [1, 7, 40, 41, 60, 160, 1001])
      expect(stored(epochs).length).toBeLessThanOrEqual(countSnapshots(epochs));
  });

  it('need validation rows', () => {
    const split = { method: 'random' as const, validation: 0, test: 0.2 };
    expect(() => trainOn(line(60), 1, { ...request, split })).toThrow(/no validation rows.*Use another split/);
  });
});
