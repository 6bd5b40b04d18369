import type { Generator } from '../../../engine/random.ts';
import type { Point, Space } from '../../space/space.ts';
import { normalShareBelow } from '../normal.ts';
import type { Group } from './groups.ts';

/** A density over the parameters of a group. */
export interface Parzen {
  /** Draws random coordinates and writes them to the indices of the group. */
  draw(generator: Generator, into: Point): void;
  /** The logarithm of the density, up to a constant that all densities of the group share. */
  logDensity(point: Point): number;
}

/** The centre of a kernel and its weight. The prior has weight 1. */
export interface Weighted {
  readonly point: Point;
  readonly weight: number;
}

/**
 * The minimum width of a kernel: the "magic clip" of Bergstra et al. 2011 with the bound of
 * Watanabe 2023.
 */
const NARROWEST = 0.03;
const LOG_ROOT_TWO_PI = Math.log(2 * Math.PI) / 2;

/**
 * One kernel per point and one for the uniform prior. A kernel is a product over the parameters of
 * the group: a normal distribution truncated to [0, 1], or a distribution over choices that prefers
 * the choice of the point. The bandwidth is `width` times Scott's rule, deviation · n^(-1 / (d +
 * 4)).
 */
export function createParzen(space: Space, group: Group, weighted: readonly Weighted[], width: number): Parzen {
  const points = weighted.map(({ point }) => point);
  const shares = normalizedWeights(weighted);
  const logShares = shares.map(Math.log);
  const narrowing = width * Math.max(points.length, 1) ** (-1 / (group.length + 4));
  const dimensions = group.map((index) => {
    const coordinates = Float64Array.from(points, (point) => point[index]);
    const { ordered, levels } = space[index].scale;
    if (!ordered) return choiceDimension(index, levels ?? 1, coordinates);
    return orderedDimension(index, coordinates, Math.max(narrowing * deviationOf(coordinates, shares), NARROWEST));
  });
  const logs = new Float64Array(shares.length);
  return {
    draw(generator, into) {
      const kernel = drawKernel(generator, shares);
      for (const dimension of dimensions) into[dimension.index] = dimension.draw(generator, kernel);
    },
    logDensity(point) {
      logs.set(logShares);
      for (const dimension of dimensions) dimension.addLogDensity(point[dimension.index], logs);
      return logSumExp(logs);
    },
  };
}

/** The normalized weights; the prior is the last. */
function normalizedWeights(weighted: readonly Weighted[]): Float64Array {
  const weights = Float64Array.of(...weighted.map(({ weight }) => weight), 1);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The deviation of the coordinates and of the uniform prior, which has mean 1/2 and variance 1/12.
 */
function deviationOf(coordinates: Float64Array, shares: Float64Array): number {
  const prior = shares[coordinates.length];
  const mean = coordinates.reduce((sum, each, k) => sum + shares[k] * each, prior / 2);
  const ofPrior = prior * ((0.5 - mean) ** 2 + 1 / 12);
  return Math.sqrt(coordinates.reduce((sum, each, k) => sum + shares[k] * (each - mean) ** 2, ofPrior));
}

function drawKernel(generator: Generator, shares: Float64Array): number {
  let left = generator.uniform();
  const kernel = shares.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return kernel === -1 ? shares.length - 1 : kernel;
}

/** One parameter of all kernels; the last kernel is the prior. */
interface KernelDimension {
  readonly index: number;
  draw(generator: Generator, kernel: number): number;
  /** Adds the log density of each kernel at the coordinate. */
  addLogDensity(coordinate: number, logs: Float64Array): void;
}

function orderedDimension(index: number, centres: Float64Array, width: number): KernelDimension {
  const logScales = centres.map(
    (centre) =>
      -Math.log(width * (normalShareBelow((1 - centre) / width) - normalShareBelow(-centre / width))) - LOG_ROOT_TWO_PI,
  );
  return {
    index,
    draw(generator, kernel) {
      if (kernel === centres.length) return generator.uniform();
      // At least 0.4 of a kernel is within [0, 1], because its centre is and its width is at most
      // 1/2.
      for (;;) {
        const coordinate = centres[kernel] + width * generator.normal();
        if (coordinate >= 0 && coordinate <= 1) return coordinate;
      }
    },
    addLogDensity(coordinate, logs) {
      for (let k = 0; k < centres.length; k++) {
        const z = (coordinate - centres[k]) / width;
        logs[k] += logScales[k] - (z * z) / 2;
      }
    },
  };
}

/** Every kernel spreads some weight over all choices; the more kernels, the less in each. */
function choiceDimension(index: number, choices: number, own: Float64Array): KernelDimension {
  const spread = choices / (own.length + 1);
  const elsewhere = Math.log(spread / choices / (1 + spread));
  const there = Math.log((1 + spread / choices) / (1 + spread));
  return {
    index,
    draw(generator, kernel) {
      const isSpread = kernel === own.length || generator.uniform() * (1 + spread) < spread;
      return isSpread ? generator.uniform() : own[kernel];
    },
    addLogDensity(coordinate, logs) {
      for (let k = 0; k < own.length; k++) logs[k] += coordinate === own[k] ? there : elsewhere;
      logs[own.length] -= Math.log(choices);
    },
  };
}

function logSumExp(logs: Float64Array): number {
  const max = logs.reduce((a, b) => Math.max(a, b));
  return max + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - max), 0));
}
