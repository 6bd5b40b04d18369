import { z } from 'zod';

export const warningSchema = z
  .object({
    code: z.string().describe('A stable code for programs.'),
    column: z.string().optional().describe('The column that it is about.'),
    message: z.string().describe('What a person should know.'),
  })
  .meta({ id: 'Warning', description: 'What stops nothing but should be known, such as a column left out.' });

/** What stops nothing but should be known, such as a column left out. */
export type Warning = Readonly<z.infer<typeof warningSchema>>;
