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

describe('if the build made no native kernels', () => {
  const load = () => loadNativeKernels('/there/is/no/such.node');

  it('uses wasm, and gives the reason', () => {
    const { createKernels, description } = chooseKernels('auto', load);
    expect(createKernels({ numbers: 1, indices: 1 }).name).toBe('wasm');
    expect(description).toBe('wasm (no native: build/kernels.node does not exist; npm run build gives the reason)');
  });

  it('refuses native as a wrong configuration', () => {
    expect(() => chooseKernels('native', load)).toThrow(ConfigurationError);
  });
});

describe('if the native kernels belong to another machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-kernels-'));
  const file = join(folder, 'kernels.node');
  writeFileSync(file, Buffer.concat([Buffer.from('no addon'), hashOfNativeSources() ?? Buffer.alloc(0)]));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('uses wasm, and gives the reason', () => {
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
describe.skipIf('missing' in native)('if the build made native kernels', () => {
  it.each(['auto', 'native'] as const)('uses them for %s, and names the instruction set', (choice) => {
    const { createKernels, description } = chooseKernels(choice);
    expect(createKernels({ numbers: 1, indices: 1 }).name).toBe('native');
    expect(description).toMatch(/^native \((amx|avx512bf16|avx512|avx2|sse2|neon)\)$/);
  });

  it('loads a copy of them, but not one of other sources', () => {
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
      'wasm (no native: build/kernels.node was built from other sources; npm run build rebuilds it)',
    );
    expect(() => chooseKernels('native', () => loadNativeKernels(older))).toThrow(ConfigurationError);
    rmSync(folder, { recursive: true });
  });

  it.skipIf(addon?.instructionSets.length === 1)(
    'names faster instructions that produce wrong results on this machine',
    () => {
      const verdicts = [false, true];
      const load = () => loadNativeKernels(BUILT, () => verdicts.shift() ?? true);
      const { description } = chooseKernels('auto', load);
      expect(description).toMatch(/^native \(\w+, because \w+ produced wrong results on this machine\)$/);
    },
  );

  it('uses wasm if all of them produce wrong results', () => {
    const { description } = chooseKernels('auto', () => loadNativeKernels(BUILT, () => false));
    expect(description).toBe('wasm (no native: build/kernels.node produces wrong results on this machine)');
  });

  it('uses the requested kernels instead', () => {
    expect(chooseKernels('wasm').description).toBe('wasm');
    expect(chooseKernels('reference').description).toBe('reference');
  });
});
