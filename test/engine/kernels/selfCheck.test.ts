import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference.ts';
import { agreesWithReference } from '../../../src/engine/kernels/selfCheck.ts';
import { PLAYERS } from '../players.ts';

describe('agreesWithReference', () => {
  it.each(PLAYERS)('is true of the $name player', ({ createKernels }) => {
    expect(agreesWithReference(createKernels)).toBe(true);
  });

  it('is false of a player that computes wrongly', () => {
    const wrong = agreesWithReference((size) => {
      const kernels = createReferenceKernels(size);
      return { ...kernels, inputGradient: () => kernels.values.fill(0) };
    });
    expect(wrong).toBe(false);
  });

  it('is false of a player that computes NaN', () => {
    const wrong = agreesWithReference((size) => {
      const kernels = createReferenceKernels(size);
      return { ...kernels, activate: () => kernels.values.fill(Number.NaN) };
    });
    expect(wrong).toBe(false);
  });
});
