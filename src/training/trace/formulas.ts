import type { CompleteLayer } from '../../engine/layers/layerSpec.ts';
import type { LayerTrace, Matrices } from '../../engine/trace/trace.ts';

/** A network as its formulas need it. */
export interface FormulaContext {
  /** Layers 1 to L. */
  readonly layers: readonly CompleteLayer[];
  readonly traces: readonly LayerTrace[];
  readonly mode: 'predict' | 'train';
  /** The factor of a mean over the examples: `(1/m)`. */
  readonly mean: string;
}

type Formulas = Readonly<Record<string, string>>;

/**
 * The formula of every matrix that the passes of layer l compute, in the notation of the notes,
 * with shapes.
 */
export function formulasOf(context: FormulaContext, trace: LayerTrace): Formulas {
  return trace.layer === 0 ? embeddingFormulas(context, trace) : layerFormulas(context, trace);
}

function embeddingFormulas({ mean }: FormulaContext, { passes, gradients }: LayerTrace): Formulas {
  const { E, dE } = passes;
  const shape = shapeOf(E);
  const forward = { E: `E ${shape} = the embedded inputs of X, then its other inputs` };
  if (dE === undefined) return forward;
  const names = Object.keys(gradients).map((name) => [name, `${name} = ${mean} Σ of its gradient over the examples`]);
  return { ...forward, dE: `dE ${shape} = W[1]ᵀ dZ[1]`, ...Object.fromEntries(names) };
}

function layerFormulas(context: FormulaContext, trace: LayerTrace): Formulas {
  const { layer: l, passes } = trace;
  const spec = context.layers[l - 1];
  const { activation, dropout } = spec;
  const shape = shapeOf(passes.Z);
  const input = inputOf(context, l);
  const Y = passes.Y === undefined ? `Z[${l}]` : `Y[${l}]`;
  return {
    Z: `Z[${l}] ${shape} = W[${l}] ${shapeOf(trace.parameters.W)} ${input.name} ${input.shape} + b[${l}] ${shapeOf(trace.parameters.b)}`,
    ...(passes.Y === undefined ? {} : { Y: normalizationFormula(context, l, shape) }),
    A: `A[${l}] ${shape} = ${activation === 'linear' ? Y : `${activation}(${Y})`}`,
    ...(passes.D === undefined ? {} : { D: `D[${l}] ${shape} = A[${l}] * mask[${l}] / (1 - ${dropout})` }),
    ...(passes.dZ === undefined ? {} : gradientFormulas(context, trace, Y)),
  };
}

function normalizationFormula({ layers, mode }: FormulaContext, l: number, shape: string): string {
  const { normalization } = layers[l - 1];
  const over =
    normalization === 'layer'
      ? 'mean and var of each example over the units'
      : mode === 'train'
        ? 'mean and var of each unit over the examples'
        : `the running mean[${l}] and var[${l}]`;
  return `Y[${l}] ${shape} = gamma[${l}] * (Z[${l}] - mean) / √(var + 1e-5) + beta[${l}], with ${over}`;
}

function gradientFormulas(context: FormulaContext, { layer: l, passes, gradients }: LayerTrace, Y: string): Formulas {
  const { layers, traces, mode, mean } = context;
  const { activation, normalization } = layers[l - 1];
  const shape = shapeOf(passes.Z);
  const next = traces.find(({ layer }) => layer === l + 1);
  const input = inputOf(context, l);
  const slope = activation === 'linear' ? `dA[${l}]` : `dA[${l}] * ${activation}'(${Y})`;
  const cancelsBias = normalization === 'batch' && mode === 'train';
  return {
    dA:
      next === undefined
        ? `dA[${l}] ${shape} = m ∂J/∂A[${l}]`
        : `dA[${l}] ${shape} = W[${l + 1}]ᵀ ${transposed(next.parameters.W)} dZ[${l + 1}] ${shapeOf(next.passes.dZ)}${maskOf(passes, context, l)}`,
    dZ:
      normalization === null
        ? `dZ[${l}] ${shape} = ${slope}`
        : `dZ[${l}] ${shape} = dY[${l}] through the normalization, with dY[${l}] = ${slope}`,
    dW: `dW[${l}] ${shapeOf(gradients.dW)} = ${mean} dZ[${l}] ${shape} ${input.name}ᵀ ${input.transposed}`,
    db: cancelsBias
      ? `db[${l}] ${shapeOf(gradients.db)} = 0, because batch normalization cancels b[${l}]`
      : `db[${l}] ${shapeOf(gradients.db)} = ${mean} Σ dZ[${l}] ${shape} over the examples`,
    ...(normalization === null ? {} : normalizationGradients(l, shape, mean)),
  };
}

function normalizationGradients(l: number, shape: string, mean: string): Formulas {
  return {
    dgamma: `dgamma[${l}] = ${mean} Σ dY[${l}] ${shape} * (Z[${l}] - mean) / √(var + 1e-5) over the examples`,
    dbeta: `dbeta[${l}] = ${mean} Σ dY[${l}] ${shape} over the examples`,
  };
}

function maskOf(passes: Matrices, { layers }: FormulaContext, l: number): string {
  return passes.D === undefined ? '' : ` * mask[${l}] / (1 - ${layers[l - 1].dropout})`;
}

/** What layer l multiplies: X, E, or the output of the layer before it. */
function inputOf({ traces, layers }: FormulaContext, l: number) {
  const W = traces.find(({ layer }) => layer === l)?.parameters.W;
  const m = traces[0].passes.Z?.shape[1] ?? traces[0].passes.E?.shape[1];
  const inputs = W?.shape[1] ?? layers[l - 1].units;
  const before = traces.find(({ layer }) => layer === l - 1);
  return { name: nameOfInput(before), shape: `(${inputs}, ${m})`, transposed: `(${m}, ${inputs})` };
}

function nameOfInput(before: LayerTrace | undefined): string {
  if (before === undefined) return 'X';
  if (before.layer === 0) return 'E';
  return `${before.passes.D === undefined ? 'A' : 'D'}[${before.layer}]`;
}

function shapeOf(matrix: Matrices[string] | undefined): string {
  return `(${matrix?.shape.join(', ')})`;
}

function transposed({ shape: [rows, columns] }: Matrices[string]): string {
  return `(${columns}, ${rows})`;
}
