import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from '../../config/config.ts';
import { type Command, textFlag } from '../command.ts';

/** The flags of `train` that say how to train. */
export const SPEC_FLAGS = {
  target: { type: 'string', valueName: 'COLUMN', help: 'the column to predict' },
  split: {
    type: 'string',
    valueName: 'COLUMN',
    help: 'a column that says train, validation or test; random when left out',
  },
  task: { type: 'string', valueName: 'binary|multiclass|regression', help: 'seen from the target when left out' },
  name: { type: 'string', valueName: 'NAME', help: 'a name for the job' },
  epochs: { type: 'string', valueName: 'N', help: 'at most so many passes over the training rows' },
  spec: { type: 'string', valueName: 'FILE', help: 'a job request in JSON; the flags beside it win' },
} as const satisfies Command['flags'];

const specSchema = z.looseObject({ training: z.looseObject({}).optional() });

/** The column of `split`, where the job request names one. */
export function splitColumnOf({ split }: Readonly<Record<string, unknown>>): unknown {
  return typeof split === 'object' && split !== null && 'column' in split ? split.column : undefined;
}

/**
 * The job request that the flags and the file of `--spec` ask for, without `datasetId`. What it
 * holds is for the service to check. Throws UsageError for a file that is no JSON object, for
 * epochs that are no number, or without a target.
 */
export async function trainingSpec(flags: Parameters<typeof textFlag>[0]): Promise<Readonly<Record<string, unknown>>> {
  const file = textFlag(flags, 'spec');
  const spec = file === undefined ? {} : await readSpec(file);
  const [target, split, task, name] = (['target', 'split', 'task', 'name'] as const).map((flag) =>
    textFlag(flags, flag),
  );
  if (target === undefined && spec.target === undefined) {
    throw new UsageError('Pass --target COLUMN: the column to predict.');
  }
  const epochs = epochsOf(textFlag(flags, 'epochs'));
  return {
    ...spec,
    ...(target !== undefined && { target }),
    ...(split !== undefined && { split: { method: 'column', column: split } }),
    ...(task !== undefined && { task }),
    ...(name !== undefined && { name }),
    ...(epochs !== undefined && { training: { ...spec.training, epochs } }),
  };
}

async function readSpec(file: string): Promise<z.infer<typeof specSchema>> {
  try {
    return specSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new UsageError(`--spec takes a file with a JSON object, which ${file} is not.`);
  }
}

function epochsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--epochs takes a number from 1, not ${JSON.stringify(text)}.`);
  return Number(text);
}
