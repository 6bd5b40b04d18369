import { z } from 'zod';

/** Every warning of jobs and models, with what causes it. The names are stable. */
const WARNINGS = {
  task_inferred: 'whole numbers are treated as classes',
  numbers_as_classes: 'a few words among the numbers of the target made them classes',
  missing_targets: 'rows without a target are left out',
  missing_weights: 'rows without a weight are left out',
  rows_without_part: 'rows without a split are left out',
  split_by_date: 'no split was given, so the latest rows are the validation and test rows',
  no_validation_rows: 'no rows remain to select the best epoch',
  validation_from_training: 'validation rows are drawn from the training rows',
  single_row_classes: 'classes have one row',
  one_class_in_training: 'the training rows have one class',
  untrained_classes: 'classes have no training rows',
  constant_training_target: 'the training rows have one number as target',
  target_outliers: 'a few training rows make most of the variance of the target',
  text_left_out: 'a column of text is not used',
  identifier_left_out: 'a column that identifies rows is not used',
  constant_column: 'a column without different values is not used',
  unreadable_cells: 'cells cannot be read as the requested type',
  unit_left_out: 'numbers are used without the unit that the file has',
  categories_folded: 'categories share one input',
  large_unscaled_column: 'numbers are large and not scaled',
  target_leak: 'columns determine the target',
  likely_target_leak: 'a column predicts nearly all of the target',
  member_diverged: 'the loss of a network of an ensemble was no longer a finite number, and the network has left',
  early_stopping_by_loss: 'the validation loss replaces a metric that was not measured',
  fewer_threads: 'the machine has fewer cores than requested threads',
  not_measured: 'metrics could not be measured',
} as const;

export type WarningCode = keyof typeof WARNINGS;

// Object.keys loses the literal type of the keys of a constant table.
const CODES = Object.keys(WARNINGS) as WarningCode[];

export const warningSchema = z
  .object({
    code: z
      .enum(CODES)
      .describe(`A stable code for programs. ${CODES.map((code) => `\`${code}\`: ${WARNINGS[code]}`).join('; ')}.`),
    column: z.string().optional().describe('The affected column.'),
    message: z.string().describe('The message for people.'),
  })
  .meta({ id: 'Warning', description: 'A warning that does not stop anything, such as a column that was left out.' });

/** A warning that does not stop anything, such as a column that was left out. */
export type Warning = Readonly<z.infer<typeof warningSchema>>;
