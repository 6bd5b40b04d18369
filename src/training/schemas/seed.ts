import { z } from 'zod';

/** The seed of a request without one. */
export const DEFAULT_SEED = 1;

/** The engine's generators use a seed of 32 bits. */
export const seedSchema = z.int().min(0).max(0xffff_ffff);
