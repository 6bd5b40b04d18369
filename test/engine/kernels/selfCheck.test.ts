import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';
import { agreesWithReference } from '../../../src/engine/kernels/selfCheck/selfCheck.ts';
import { BACKENDS } from '../backends.ts';

describe('agreesWithReference', () => {
  it.each(BACKENDS)('accepts the $name backend', ({ createKernels }) => {
    expect(agreesWithReference(createKernels)).toBe(true);
  });

  it('rejects a backend with wrong results', () => {
    const wrong = agreesWithReference((size) => {
      const kernels = createReferenceKernels(size);
      return { ...kernels, withProductInputs: () => ({ ...kernels, inputGradient: () => kernels.values.fill(0) }) };
    });
    expect(wrong).toBe(false);
  });

  it('rejects a backend with wrong results in bfloat16 alone', () => {
    const wrong = agreesWithReference((size) => {
      const kernels = createReferenceKernels(size);
      return {
        ...kernels,
        withProductInputs: (inputs) => (inputs === 'bfloat16' ? { ...kernels, affine() {} } : kernels),
      };
    });
    expect(wrong).toBe(false);
  });

  it('rejects a backend that computes NaN', () => {
    const wrong = agreesWithReference((size) => {
      const kernels = createReferenceKernels(size);
      return { ...kernels, withProductInputs: () => ({ ...kernels, activate: () => kernels.values.fill(Number.NaN) }) };
    });
    expect(wrong).toBe(false);
  });
});
