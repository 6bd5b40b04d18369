import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './builtService.ts';

/**
 * The folder of large tables next to the checkout. Tests that need it are skipped, with a message,
 * if it does not exist.
 */
export const SHARED_DATA = join(PACKAGE_ROOT, '../shared/data');
export const hasSharedData = existsSync(SHARED_DATA);
