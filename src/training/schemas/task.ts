import { z } from 'zod';

const TASKS = ['binary', 'multiclass', 'regression'] as const;
export type Task = (typeof TASKS)[number];

export const taskSchema = z.enum(TASKS).describe('Inferred from the target when left out.');
