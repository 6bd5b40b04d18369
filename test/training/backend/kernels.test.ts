import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/config/config.ts';
import { chooseKernels } from '../../../src/training/backend/kernels.ts';
import { addonFile, loadNativeKernels } from '../../../src/training/backend/nativeKernels.ts';
import { hashOfNativeSources } from '../../../src/training/backend/nativeSources.ts';
import { addon } from '../../engine/addon.ts';

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
  writeFileSync(file, Buffer.concat([Buffer.from('no addon'), hashOfNativeSources() ?? Buffer.alloc(0)]));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('plays wasm, and says why', () => {
    const { description } = chooseKernels('auto', () => loadNativeKernels(file));
    expect(description).toContain('wasm (no native: build/kernels.node cannot be loaded: ');
  });
});

describe('the file of the native kernels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-addon-'));
  const built = join(folder, 'kernels.node');
  const prebuilds = join(folder, 'prebuilds/');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is the compiled one, or in a package the prebuilt one for this platform', () => {
    expect(addonFile(built, prebuilds)).toBe(built);
    mkdirSync(prebuilds);
    expect(addonFile(built, prebuilds)).toMatch(/prebuilds\/\w+-\w+\/kernels\.node$/);
    writeFileSync(built, '');
    expect(addonFile(built, prebuilds)).toBe(built);
  });
});

const BUILT = fileURLToPath(new URL('../../../build/kernels.node', import.meta.url));
const native = loadNativeKernels();
describe.skipIf('missing' in native)('where the build made native kernels', () => {
  it.each(['auto', 'native'] as const)('plays them for %s, and names the instruction set', (choice) => {
    const { createKernels, description } = chooseKernels(choice);
    expect(createKernels({ numbers: 1, indices: 1 }).name).toBe('native');
    expect(description).toMatch(/^native \((amx|avx512bf16|avx512|avx2|sse2|neon)\)$/);
  });

  it('loads a copy of them, but none that was made of other sources', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-kernels-'));
    const copy = join(folder, 'kernels.node');
    copyFileSync(BUILT, copy);
    expect(loadNativeKernels(copy)).toHaveProperty('instructionSet');

    const older = join(folder, 'older.node');
    const bytes = readFileSync(BUILT);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(older, bytes);
    const { createKernels, description } = chooseKernels('auto', () => loadNativeKernels(older));
    expect(createKernels({ numbers: 1, indices: 1 }).name).toBe('wasm');
    expect(description).toBe(
      'wasm (no native: build/kernels.node is of other sources than these; npm run build makes it anew)',
    );
    expect(() => chooseKernels('native', () => loadNativeKernels(older))).toThrow(ConfigurationError);
    rmSync(folder, { recursive: true });
  });

  it.skipIf(addon?.instructionSets.length === 1)(
    'says which faster instructions compute wrongly on this machine',
    () => {
      const verdicts = [false, true];
      const load = () => loadNativeKernels(BUILT, () => verdicts.shift() ?? true);
      const { description } = chooseKernels('auto', load);
      expect(description).toMatch(/^native \(\w+, as this machine computes wrongly with \w+\)$/);
    },
  );

  it('plays wasm where all of them compute wrongly', () => {
    const { description } = chooseKernels('auto', () => loadNativeKernels(BUILT, () => false));
    expect(description).toBe('wasm (no native: build/kernels.node computes wrongly on this machine)');
  });

  it('plays what is asked for instead', () => {
    expect(chooseKernels('wasm').description).toBe('wasm');
    expect(chooseKernels('reference').description).toBe('reference');
  });
});
