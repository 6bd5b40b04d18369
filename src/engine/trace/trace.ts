import { NONE } from '../kernels/kernels.ts';
import { type Matrix, readMatrix } from '../matrix.ts';
import { type Parameter, readGradients, readParameters } from '../memory/parameters.ts';
import type { PlannedLink } from '../network/plan.ts';
import { checkGradients, type GradientCheck, type GradientCheckOptions } from './gradientCheck.ts';
import { createPasses, type Passes, type TraceInput } from './passes.ts';

/** Names of the matrices of layer l: `Z`, `A`, `dA`, `dZ`, `W`, `dW` and so on. */
export type Matrices = Readonly<Record<string, Matrix>>;

export interface LayerTrace {
  /** l, from 1; 0: the embedding, whose output is E. */
  readonly layer: number;
  /** Z, Y after normalization, A, D after dropout, and with targets dA and dZ: (n[l], m). */
  readonly passes: Matrices;
  /** W, b and the other parameters. */
  readonly parameters: Matrices;
  /** dW, db and those of the other parameters; empty without targets. */
  readonly gradients: Matrices;
}

interface Update {
  readonly lossAfter: number;
  /** The parameters after the step, layer by layer. */
  readonly layers: readonly { readonly layer: number; readonly parameters: Matrices }[];
}

/** One forward and backward pass, and what can be done with its gradients. */
export interface Trace {
  readonly m: number;
  readonly X: Matrix;
  /** J; null without targets. */
  readonly loss: number | null;
  readonly layers: readonly LayerTrace[];
  /** Compares the gradients with differences. Requires targets. */
  checkGradients(options: GradientCheckOptions): Promise<GradientCheck>;
  /** One step W[l] := W[l] - alpha dW[l] of every learned parameter. Requires targets. */
  update(alpha: number): Update;
}

/**
 * Runs one forward pass of a network and, with targets, its backward pass. Throws as
 * `createPasses`.
 */
export function createTrace(input: TraceInput): Trace {
  const passes = createPasses(input);
  const { m, plan } = passes;
  const loss = passes.forward();
  const hasTargets = input.T !== null;
  if (hasTargets) passes.backward();
  return {
    m,
    X: readMatrix(input.X, 0, plan.dense, m),
    loss: hasTargets ? loss : null,
    layers: readLayers(passes, hasTargets),
    checkGradients: (options) => checkGradients(passes, options),
    update: (alpha) => update(passes, alpha),
  };
}

function readLayers({ kernels: { values }, plan, m }: Passes, hasTargets: boolean): readonly LayerTrace[] {
  const parameters = Map.groupBy(readParameters(values, plan.parameters), ({ layer }) => layer);
  const gradients = Map.groupBy(readGradients(values, plan.parameters), ({ layer }) => layer);
  return [...Map.groupBy(plan.chain, ({ layer }) => layer)].map(([layer, links]) => ({
    layer,
    passes: Object.fromEntries(
      links.flatMap((link, index) => readLink(values, nameOf(links, index), link, m, hasTargets)),
    ),
    parameters: asMatrices(parameters.get(layer) ?? []),
    gradients: hasTargets ? asMatrices(gradients.get(layer) ?? [], 'd') : {},
  }));
}

/** The output of a link and, where the plan stores one, its gradient. */
function readLink(
  values: Parameters<typeof readMatrix>[0],
  name: string,
  { output, outputs, outputGradient }: PlannedLink,
  m: number,
  hasTargets: boolean,
): readonly (readonly [string, Matrix])[] {
  const matrix = [name, readMatrix(values, output, outputs, m)] as const;
  if (!hasTargets || outputGradient === NONE || !GRADIENTS.includes(name)) return [matrix];
  return [matrix, [`d${name}`, readMatrix(values, outputGradient, outputs, m)]];
}

/** The others are overwritten by the gradient of the link before. */
const GRADIENTS: readonly string[] = ['E', 'Z', 'A'];

/** The notes' name of the output of a link of one layer. */
function nameOf(links: readonly PlannedLink[], index: number): string {
  const { layer, product, activation } = links[index];
  if (layer === 0) return 'E';
  if (product !== undefined) return 'Z';
  if (activation !== undefined) return 'A';
  return links.slice(0, index).some((link) => link.activation !== undefined) ? 'D' : 'Y';
}

/** Axes beyond the second are flattened into the row. */
function asMatrices(parameters: readonly Parameter[], prefix = ''): Matrices {
  const entries = parameters.map(({ name, shape: [rows = 1], values }) => {
    const matrix: Matrix = { shape: [rows, values.length / rows], values };
    return [prefix + name, matrix] as const;
  });
  return Object.fromEntries(entries);
}

function update(passes: Passes, alpha: number): Update {
  const { values } = passes.kernels;
  const { learned, gradients, parameters: slots } = passes.plan;
  for (let e = 0; e < learned.count; e++) values[learned.offset + e] -= alpha * values[gradients.offset + e];
  const lossAfter = passes.forward();
  const byLayer = Map.groupBy(readParameters(values, slots), ({ layer }) => layer);
  return {
    lossAfter,
    layers: [...byLayer].map(([layer, parameters]) => ({ layer, parameters: asMatrices(parameters) })),
  };
}
