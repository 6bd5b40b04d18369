import { z } from 'zod';

const TASKS = ['binary', 'multiclass', 'regression'] as const;
/** More classes than this are names, not classes. */
export const MAX_CLASSES = 1000;
export type Task = (typeof TASKS)[number];

export const taskSchema = z.enum(TASKS).describe('Inferred from the target when left out.');
