import { z } from 'zod';
import { TASKS } from '../../engine/losses/loss.ts';

/** A column with more distinct values contains names, not classes. */
export const MAX_CLASSES = 1000;

export const taskSchema = z.enum(TASKS).describe('Default: inferred from the target.');
export type Task = z.infer<typeof taskSchema>;
