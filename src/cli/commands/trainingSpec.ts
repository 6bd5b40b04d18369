import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from '../../config/config.ts';
import { type Command, textFlag } from '../command/command.ts';

/** The flags of `train` that describe the training. */
export const SPEC_FLAGS = {
  target: { type: 'string', valueName: 'COLUMN', help: 'the column to predict' },
  split: {
    type: 'string',
    valueName: 'COLUMN',
    help: 'a column with the values train, validation or test (default: splits by date or at random)',
  },
  task: { type: 'string', valueName: 'binary|multiclass|regression', help: 'default: derived from the target' },
  name: { type: 'string', valueName: 'NAME', help: 'a name for the job' },
  effort: {
    type: 'string',
    valueName: 'fast|standard|best',
    help: 'how many networks to train and average (default: standard, unless the job describes a network)',
  },
  budget: {
    type: 'string',
    valueName: 'SECONDS',
    help: 'instead of --effort: train the networks that fit into so many seconds',
  },
  epochs: { type: 'string', valueName: 'N', help: 'maximum number of passes over the training rows' },
  spec: { type: 'string', valueName: 'FILE', help: 'a job request in JSON; other flags have priority' },
} as const satisfies Command['flags'];

const specSchema = z.looseObject({ training: z.looseObject({}).optional() });

/** The column of `split`, if the job request names one. */
export function splitColumnOf({ split }: Readonly<Record<string, unknown>>): unknown {
  return typeof split === 'object' && split !== null && 'column' in split ? split.column : undefined;
}

/**
 * The job request from the flags and the file of `--spec`, without `datasetId`. The service
 * validates its content. Throws UsageError for a file without a JSON object, for invalid epochs or
 * an invalid budget, or without a target.
 */
export async function trainingSpec(flags: Parameters<typeof textFlag>[0]): Promise<Readonly<Record<string, unknown>>> {
  const file = textFlag(flags, 'spec');
  const spec = file === undefined ? {} : await readSpec(file);
  const [target, split, task, name, effort] = (['target', 'split', 'task', 'name', 'effort'] as const).map((flag) =>
    textFlag(flags, flag),
  );
  if (target === undefined && spec.target === undefined) {
    throw new UsageError('Pass --target COLUMN: the column to predict.');
  }
  const epochs = epochsOf(textFlag(flags, 'epochs'));
  const budget = budgetOf(textFlag(flags, 'budget'));
  return {
    ...spec,
    ...(target !== undefined && { target }),
    ...(split !== undefined && { split: { method: 'column', column: split } }),
    ...(task !== undefined && { task }),
    ...(name !== undefined && { name }),
    ...(effort !== undefined && { effort }),
    ...(budget !== undefined && { budget }),
    ...(epochs !== undefined && { training: { ...spec.training, epochs } }),
  };
}

async function readSpec(file: string): Promise<z.infer<typeof specSchema>> {
  try {
    return specSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new UsageError(`--spec expects a file with a JSON object. ${file} is not one.`);
  }
}

function budgetOf(text: string | undefined): { readonly seconds: number } | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new UsageError(`--budget expects a number of seconds, got ${JSON.stringify(text)}.`);
  return { seconds: Number(text) };
}

function epochsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text))
    throw new UsageError(`--epochs expects a whole number from 1, got ${JSON.stringify(text)}.`);
  return Number(text);
}
