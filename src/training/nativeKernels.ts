import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { CreateKernels } from '../engine/kernels/kernels.ts';
import { createNativeKernels, type NativeAddon } from '../engine/kernels/native.ts';
import { agreesWithReference } from '../engine/kernels/selfCheck.ts';
import { isOfNativeSources } from './nativeSources.ts';

/** The native player with its instruction set and the faster ones that were found to compute wrongly, or why this machine has none. */
export type NativeKernels =
  | { readonly createKernels: CreateKernels; readonly instructionSet: string; readonly wrongSets: readonly string[] }
  | { readonly missing: string };

/** What `npm run build` compiles where there is a C++ compiler, beside `src` and `dist` alike. */
const ADDON_FILE = fileURLToPath(new URL('../../build/kernels.node', import.meta.url));

/** Loads the addon and takes the fastest of its instruction sets that computes rightly here; whatever stands in the way is an answer. */
export function loadNativeKernels(file = ADDON_FILE, computesRightly = agreesWithReference): NativeKernels {
  if (!existsSync(file)) return { missing: 'build/kernels.node is not there; npm run build tells why' };
  try {
    if (!isOfNativeSources(file))
      return { missing: 'build/kernels.node is of other sources than these; npm run build makes it anew' };
    const addon: NativeAddon = createRequire(import.meta.url)(file);
    const wrongSets: string[] = [];
    for (const instructionSet of addon.instructionSets) {
      const createKernels = createNativeKernels(addon, instructionSet);
      if (computesRightly(createKernels)) return { createKernels, instructionSet, wrongSets };
      wrongSets.push(instructionSet);
    }
    return { missing: 'build/kernels.node computes wrongly on this machine' };
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n', 1);
    return { missing: `build/kernels.node cannot be loaded: ${reason}` };
  }
}
