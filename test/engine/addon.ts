import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NativeAddon } from '../../src/engine/kernels/native.ts';

const FILE = fileURLToPath(new URL('../../build/kernels.node', import.meta.url));

/** The addon that the build made, or null where it had no compiler. */
export const addon: NativeAddon | null = existsSync(FILE) ? createRequire(import.meta.url)(FILE) : null;
if (addon === null) console.warn('No build/kernels.node: the native backend is not tested. The build says why.');
