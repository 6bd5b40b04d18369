import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { CreateKernels } from '../../engine/kernels/kernels.ts';
import { createNativeKernels, type NativeAddon } from '../../engine/kernels/native.ts';
import { agreesWithReference } from '../../engine/kernels/selfCheck/selfCheck.ts';
import { isOfNativeSources } from './nativeSources.ts';

/**
 * The native backend with its instruction set and the faster ones that produced wrong results, or
 * why this machine has none.
 */
export type NativeKernels =
  | { readonly createKernels: CreateKernels; readonly instructionSet: string; readonly wrongSets: readonly string[] }
  | { readonly missing: string };

/**
 * The addon that `npm run build` compiles if there is a C++ compiler, at the same path from `src`
 * and `dist`.
 */
const BUILT = fileURLToPath(new URL('../../../build/kernels.node', import.meta.url));
/**
 * Only an installed package has this folder: an addon for each platform that the package was built
 * on.
 */
const PREBUILDS = fileURLToPath(new URL('../../../prebuilds/', import.meta.url));

/**
 * The path of the addon for a machine: `build/kernels.node`, or in an installed package
 * `prebuilds/linux-x64/kernels.node`.
 */
export function addonFile(built = BUILT, prebuilds = PREBUILDS): string {
  if (existsSync(built) || !existsSync(prebuilds)) return built;
  return `${prebuilds}${platformName()}/kernels.node`;
}

/**
 * `linux-x64`, `linuxmusl-arm64`, `darwin-arm64`: an addon for glibc must not be loaded on musl.
 */
function platformName(): string {
  return `${process.platform}${isMusl() ? 'musl' : ''}-${process.arch}`;
}

function isMusl(): boolean {
  return process.platform === 'linux' && readFileSync('/proc/self/maps', 'latin1').includes('/ld-musl-');
}

/**
 * Loads the addon and selects its fastest instruction set that produces correct results on this
 * machine. A failure is a result.
 */
export function loadNativeKernels(file = addonFile(), computesRightly = agreesWithReference): NativeKernels {
  // Clients of the API see these messages, so they must not contain the path of the installation.
  const name = file.startsWith(PREBUILDS) ? `prebuilds/${file.slice(PREBUILDS.length)}` : 'build/kernels.node';
  if (!existsSync(file)) return { missing: `${name} does not exist; ${adviceFor(file)}` };
  try {
    if (!isOfNativeSources(file)) return { missing: `${name} was built from other sources; npm run build rebuilds it` };
    const addon: NativeAddon = createRequire(import.meta.url)(file);
    const wrongSets: string[] = [];
    for (const instructionSet of addon.instructionSets) {
      const createKernels = createNativeKernels(addon, instructionSet);
      if (computesRightly(createKernels)) return { createKernels, instructionSet, wrongSets };
      wrongSets.push(instructionSet);
    }
    return { missing: `${name} produces wrong results on this machine` };
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n', 1);
    return { missing: `${name} cannot be loaded: ${reason}` };
  }
}

function adviceFor(file: string): string {
  return file.startsWith(PREBUILDS) ? 'the package was not built for this platform' : 'npm run build gives the reason';
}
