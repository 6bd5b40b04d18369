import { z } from 'zod';

/** What a request without a seed gets. */
export const DEFAULT_SEED = 1;

/** The generators of the engine start from 32 bits. */
export const seedSchema = z.int().min(0).max(0xffff_ffff);
