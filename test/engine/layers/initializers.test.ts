import { describe, expect, it } from 'vitest';
import { INITIALIZERS, type InitializerName, initializerFor } from '../../../src/engine/layers/initializers.ts';
import { createGenerator } from '../../../src/engine/random.ts';

const INPUTS = 30;
const UNITS = 20;
const DRAWS = 50_000;

function draw(name: InitializerName): readonly number[] {
  const generator = createGenerator(1);
  return Array.from({ length: DRAWS }, () => INITIALIZERS[name](generator, INPUTS, UNITS));
}

describe('an initializer', () => {
  it.each<[InitializerName, number]>([
    ['he', 2 / INPUTS],
    ['heNormal', 2 / INPUTS],
    ['heUniform', 2 / INPUTS],
    ['xavier', 2 / (INPUTS + UNITS)],
    ['xavierNormal', 2 / (INPUTS + UNITS)],
    ['xavierUniform', 2 / (INPUTS + UNITS)],
    ['lecun', 1 / INPUTS],
    ['lecunNormal', 1 / INPUTS],
    ['lecunUniform', 1 / INPUTS],
    ['fanInUniform', 1 / (3 * INPUTS)],
  ])('%s has its variance around 0', (name, variance) => {
    const weights = draw(name);
    const mean = weights.reduce((sum, w) => sum + w, 0) / DRAWS;
    const square = weights.reduce((sum, w) => sum + w * w, 0) / DRAWS;
    // Five standard errors of either.
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / DRAWS));
    expect(Math.abs(square / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / DRAWS));
  });

  it.each<[InitializerName, number]>([
    ['heUniform', Math.sqrt(6 / INPUTS)],
    ['xavierUniform', Math.sqrt(6 / (INPUTS + UNITS))],
    ['lecunUniform', Math.sqrt(3 / INPUTS)],
    ['fanInUniform', Math.sqrt(1 / INPUTS)],
  ])('%s stays within its bound', (name, bound) => {
    expect(Math.max(...draw(name).slice(0, 10_000).map(Math.abs))).toBeLessThanOrEqual(bound);
  });

  it('of zeros gives zeros', () => {
    expect(new Set(draw('zeros'))).toEqual(new Set([0]));
  });

  it('suits the activation by default', () => {
    expect(initializerFor('relu')).toBe('he');
    expect(initializerFor('tanh')).toBe('xavier');
    expect(initializerFor('selu')).toBe('lecun');
  });
});
