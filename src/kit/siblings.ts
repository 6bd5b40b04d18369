import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a module beside the caller, to be started as a process or a thread: `.ts` when run from source, `.js` when built.
 * `siblingPath(import.meta.url, './thread')`
 */
export function siblingPath(callerUrl: string, module: string): string {
  return fileURLToPath(new URL(`${module}${extname(callerUrl)}`, callerUrl));
}
