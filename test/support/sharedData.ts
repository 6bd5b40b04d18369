import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './builtService.ts';

/**
 * The folder of large tables beside the checkout; what needs it is skipped, and says so, where it
 * is not there.
 */
export const SHARED_DATA = join(PACKAGE_ROOT, '../shared/data');
export const hasSharedData = existsSync(SHARED_DATA);
