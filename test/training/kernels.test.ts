import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/config.ts';
import { chooseKernels } from '../../src/training/kernels.ts';
import { loadNativeKernels } from '../../src/training/nativeKernels.ts';

describe('where the build made no native kernels', () => {
  const load = () => loadNativeKernels('/there/is/no/such.node');

  it('plays wasm, and says why', () => {
    const { createKernels, description } = chooseKernels('auto', load);
    expect(createKernels({ numbers: 1, indices: 1 }).name).toBe('wasm');
    expect(description).toBe('wasm (no native: build/kernels.node is not there; npm run build tells why)');
  });

  it('refuses native as a wrong configuration', () => {
    expect(() => chooseKernels('native', load)).toThrow(ConfigurationError);
  });
});

describe('where the native kernels are of another machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-kernels-'));
  const file = join(folder, 'kernels.node');
  writeFileSync(file, 'no addon');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('plays wasm, and says why', () => {
    const { description } = chooseKernels('auto', () => loadNativeKernels(file));
    expect(description).toContain('wasm (no native: build/kernels.node cannot be loaded: ');
  });
});

const native = loadNativeKernels();
describe.skipIf('missing' in native)('where the build made native kernels', () => {
  it.each(['auto', 'native'] as const)('plays them for %s, and names the instruction set', (choice) => {
    const { createKernels, description } = chooseKernels(choice);
    expect(createKernels({ numbers: 1, indices: 1 }).name).toBe('native');
    expect(description).toMatch(/^native \((amx|avx512bf16|avx512|avx2|sse2|neon)\)$/);
  });

  it('plays what is asked for instead', () => {
    expect(chooseKernels('wasm').description).toBe('wasm');
    expect(chooseKernels('reference').description).toBe('reference');
  });
});
