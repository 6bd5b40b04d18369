/**
 * Vectors of 64 bytes and the tiles that go with them, compiled to instructions that every machine has: what AVX-512 plays is tested
 * without it, but for its own instructions.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import type { CreateKernels } from '../../../src/engine/kernels/kernels.ts';
import { createNativeKernels, type NativeAddon } from '../../../src/engine/kernels/native.ts';
import { buildNativeKernels } from '../../../tools/kernels/native.ts';
import { conform } from './conformance/conform.ts';

// Without -O3: the compiler takes half as long, and nobody measures it.
const FLAGS = ['-O1', '-DVECTOR_BYTES=64', '-DTILE_ROWS=12', '-DTILE_VECTORS=2'];
const target = fileURLToPath(new URL('../../../build/kernels.wide.node', import.meta.url));

/** The one that every machine of its kind has. */
const set = process.arch === 'arm64' ? 'neon' : 'sse2';

const build = await buildNativeKernels({ target, sets: { [set]: FLAGS } });
if ('missing' in build) console.warn(`Vectors of 64 bytes are not tested: ${build.missing}.`);

describe.skipIf('missing' in build)('vectors of 64 bytes', () => {
  // Absent only where all of these are skipped; but vitest reads them even then.
  const addon = ('path' in build ? createRequire(import.meta.url)(build.path) : null) as NativeAddon;
  const createKernels: CreateKernels = (size) => createNativeKernels(addon)(size);
  conform(createKernels);
});
