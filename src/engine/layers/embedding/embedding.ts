import type { Layer } from '../layer.ts';
import { type CosineSpec, createCosine } from './cosine.ts';
import { createPiecewiseLinear, type PiecewiseLinearSpec } from './piecewiseLinear.ts';

/** Layer 0: each embedded input becomes `width` numbers; all other inputs pass unchanged. */
export type EmbeddingSpec = CosineSpec | PiecewiseLinearSpec;

/** The embedding in a network with `dense` inputs, the embedded ones included. */
export function createEmbedding(spec: EmbeddingSpec, dense: number): Layer {
  const others = dense - spec.columns.length;
  return spec.type === 'cosine' ? createCosine(spec, others) : createPiecewiseLinear(spec, others);
}

/** Throws RangeError when the embedding is impossible in a network with so many dense inputs. */
export function checkEmbedding(spec: EmbeddingSpec, dense: number): void {
  const { columns, width } = spec;
  if (columns.length === 0) throw new RangeError('Expected at least 1 embedded input, got 0.');
  const stray = columns.find((column, at) => !isInteger(column, at === 0 ? 0 : columns[at - 1] + 1, dense - 1));
  if (stray !== undefined)
    throw new RangeError(`Expected rising numbers of dense inputs, 0 to ${dense - 1}, got ${columns.join(', ')}.`);
  const minWidth = spec.type === 'cosine' ? 2 : 1;
  if (!isInteger(width, minWidth, Infinity))
    throw new RangeError(`Expected an embedding of at least ${minWidth} numbers, got ${width}.`);
  if (spec.type === 'piecewiseLinear') checkEdges(spec);
  else if (!(spec.scale > 0 && spec.scale < Infinity))
    throw new RangeError(`Expected a scale above 0, got ${spec.scale}.`);
}

function checkEdges({ columns, edges }: PiecewiseLinearSpec): void {
  if (edges.length !== columns.length)
    throw new RangeError(`Expected the edges of ${columns.length} embedded inputs, got ${edges.length}.`);
  for (const ofInput of edges) {
    const rise = ofInput.every((edge, at) => Number.isFinite(edge) && (at === 0 || edge > ofInput[at - 1]));
    if (!rise || ofInput.length < 2)
      throw new RangeError(`Expected at least 2 rising edges of an embedded input, got ${ofInput.join(', ')}.`);
  }
}

function isInteger(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/**
 * The dense inputs in the order of X: the embedded ones first. Null where that is their own order.
 */
export function inputOrderOf({ columns }: EmbeddingSpec, dense: number): Int32Array | null {
  if (columns.every((column, at) => column === at)) return null;
  const embedded = new Set(columns);
  const others = Array.from({ length: dense }, (_, column) => column).filter((column) => !embedded.has(column));
  return Int32Array.from([...columns, ...others]);
}
