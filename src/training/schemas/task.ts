import { z } from 'zod';
import { TASKS } from '../../engine/losses/loss.ts';

/** More classes than this are names, not classes. */
export const MAX_CLASSES = 1000;

export const taskSchema = z.enum(TASKS).describe('Inferred from the target when left out.');
export type Task = z.infer<typeof taskSchema>;
