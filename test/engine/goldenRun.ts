import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ACTIVATIONS } from '../../src/engine/kernels/kernels.ts';
import type { EmbeddingSpec } from '../../src/engine/layers/embedding/embedding.ts';
import type { LossSpec } from '../../src/engine/losses/losses.ts';
import type { OptimizerSpec } from '../../src/engine/optimizers/optimizers.ts';

/** A folder of such runs, relative to where the test is run. */
const folder = path.resolve(process.env.GOLDEN_DIR ?? path.join(import.meta.dirname, '../golden'));
/** The names of its files. */
export const GOLDEN_FILES = readdirSync(folder).filter((file) => file.endsWith('.json'));
if (GOLDEN_FILES.length === 0) throw new Error(`no golden runs in ${folder}`);

const vector = z.array(z.number());
const matrix = z.array(vector);
/** Layer 0. The first w are among the initial parameters, so their scale does not matter. */
const embedding = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('cosine'), columns: vector, width: z.number(), outputs: z.number() }),
    z.strictObject({
      type: z.literal('piecewiseLinear'),
      columns: vector,
      width: z.number(),
      edges: matrix,
      outputs: z.number(),
    }),
  ])
  .transform(({ outputs, ...given }): EmbeddingSpec => (given.type === 'cosine' ? { ...given, scale: 1 } : given));
const parameters = z.record(z.string().regex(/^[A-Za-z]+\d+$/), z.union([vector, matrix]));

/** PyTorch's names of options, with the names of this engine. */
const OPTION_NAMES: Readonly<Record<string, string>> = {
  lr: 'learningRate',
  eps: 'epsilon',
  lrDecay: 'learningRateDecay',
  tau: 'level',
  quantile: 'level',
};

/** An optimizer or a loss. The engine rejects unknown options. */
const typedOptions = z.looseObject({ type: z.string() }).transform(renamed);

/** Muon with the groups of all its parameters. Its iteration updates the `parameters`. */
const muon = z
  .looseObject({
    type: z.literal('muon'),
    parameters: z.array(z.string()),
    rest: z.looseObject({ groups: z.array(z.looseObject({})) }),
  })
  .transform(({ parameters: _, rest: { groups, ...rest }, ...options }) => ({ ...options, rest, groups }));

/**
 * A training as PyTorch computed it. The schema is strict, so a field that the test does not
 * compare is an error.
 */
const goldenRun = z.strictObject({
  name: z.string(),
  source: z.string(),
  note: z.string(),
  units: vector,
  embedding: embedding.optional(),
  activations: z.array(z.enum(ACTIVATIONS)),
  normalization: z.enum(['batch', 'layer']).nullable(),
  loss: typedOptions.transform((loss) => loss as LossSpec),
  optimizer: z.union([muon, typedOptions]).transform((optimizer) => optimizer as OptimizerSpec),
  clipGradientNorm: z.number().nullable(),
  l1: z.number().optional(),
  l2: z.number().optional(),
  steps: z.number(),
  averaging: z.strictObject({ decay: z.number() }).optional(),
  X: matrix,
  T: matrix,
  rowWeights: vector.optional(),
  initial: parameters,
  forward: matrix,
  gradients: parameters,
  losses: vector,
  final: parameters,
  running: parameters.optional(),
  finalForward: matrix,
  /** The average of the parameters after some of the steps, and its outputs. */
  averaged: z.array(z.strictObject({ steps: z.number(), parameters, forward: matrix })).optional(),
});

export type GoldenRun = z.infer<typeof goldenRun>;

export function readGoldenRun(file: string): GoldenRun {
  return goldenRun.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
}

function renamed({ type, ...options }: { readonly type: string }): { readonly type: string } {
  const entries = Object.entries(options).flatMap(([name, value]) =>
    name === 'betas' && Array.isArray(value)
      ? [['beta1', value[0]] as const, ['beta2', value[1]] as const]
      : [[OPTION_NAMES[name] ?? name, value] as const],
  );
  return { type, ...Object.fromEntries(entries) };
}
