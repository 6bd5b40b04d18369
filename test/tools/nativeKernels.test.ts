import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { buildNativeKernels } from '../../tools/kernels/native.ts';

const BUILT = fileURLToPath(new URL('../../build/kernels.node', import.meta.url));

describe('buildNativeKernels without a compiler', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-native-'));
  const target = join(folder, 'kernels.node');
  const build = () => buildNativeKernels({ compiler: join(folder, 'no-compiler'), target });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('says what is missing', async () => {
    expect(await build()).toEqual({ missing: `CXX names ${join(folder, 'no-compiler')}, which is not a compiler` });
  });

  it('removes what was made of other sources, which may not fit the rest any more', async () => {
    writeFileSync(target, 'made of other sources');
    expect(await build()).toHaveProperty('missing');
    expect(existsSync(target)).toBe(false);
  });

  it.skipIf(!existsSync(BUILT))('keeps what was made of the same sources', async () => {
    copyFileSync(BUILT, target);
    expect(await build()).toEqual({ path: target });
  });

  it('says in one line why a compiler fails', async () => {
    rmSync(target, { force: true });
    const failing = join(folder, 'failing');
    writeFileSync(failing, '#!/bin/sh\n[ "$1" = --version ] || { echo "a.cc:1: error: no such luck" >&2; exit 1; }\n', {
      mode: 0o755,
    });
    expect(await buildNativeKernels({ compiler: failing, target })).toEqual({
      missing: `${failing}: a.cc:1: error: no such luck`,
    });
  });
});
