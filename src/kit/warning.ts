import { z } from 'zod';

export const warningSchema = z
  .object({
    code: z.string().describe('A stable code for programs.'),
    column: z.string().optional().describe('The affected column.'),
    message: z.string().describe('The message for people.'),
  })
  .meta({ id: 'Warning', description: 'A warning that does not stop anything, such as a column that was left out.' });

/** A warning that does not stop anything, such as a column that was left out. */
export type Warning = Readonly<z.infer<typeof warningSchema>>;
