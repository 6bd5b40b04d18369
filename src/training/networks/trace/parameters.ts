import type { Parameter, ParameterShape } from '../../../engine/memory/parameters.ts';
import { createChain, type NetworkSpec } from '../../../engine/network/spec.ts';
import { type FieldError, pointer } from '../../../kit/contract/errors.ts';
import type { NetworkTraceRequest } from './schemas.ts';

type Given = Readonly<Record<string, unknown>>;
/** A matrix, or a column as a list of its numbers. */
type Values = readonly (number | readonly number[])[];

/** The fields of a layer that are no parameters. */
const SETTINGS = new Set([
  ...['units', 'activation', 'initializer', 'normalization', 'dropout'],
  ...['type', 'columns', 'width', 'scale', 'edges'],
]);

/** The parameters of the request, and issues: of another shape, or of another kind of layer. */
export function readGivenParameters(
  spec: NetworkSpec,
  { embedding, layers }: Pick<NetworkTraceRequest, 'embedding' | 'layers'>,
): { readonly parameters: readonly Parameter[]; readonly errors: readonly FieldError[] } {
  const parameters: Parameter[] = [];
  const errors: FieldError[] = [];
  for (const { layer, links } of createChain(spec)) {
    const given: Given = (layer === 0 ? embedding : layers[layer - 1]) ?? {};
    const path = layer === 0 ? ['embedding'] : ['layers', layer - 1];
    const declared = new Map(links.flatMap((link) => link.parameters).map((shape) => [shape.name, shape]));
    for (const [name, value] of Object.entries(given)) {
      if (SETTINGS.has(name) || value === undefined) continue;
      const message = issueOf(name, declared.get(name), value as Values);
      if (message === undefined) parameters.push(toParameter(layer, name, declared, value as Values));
      else errors.push({ path: pointer([...path, name]), message });
    }
  }
  return { parameters, errors };
}

function issueOf(name: string, shape: ParameterShape | undefined, values: Values): string | undefined {
  if (shape === undefined)
    return `The layer has no parameter ${name}. Remove it, or add the normalization that has it.`;
  const [rows = 1, columns = 1] = shape.shape;
  const lengths = values.map(lengthOf);
  const wrong = lengths.find((length) => length !== columns);
  if (values.length === rows && wrong === undefined) return undefined;
  return `Expected (${rows}, ${columns}), got (${values.length}, ${wrong ?? lengths[0] ?? 0}).`;
}

function lengthOf(row: number | readonly number[]): number {
  return typeof row === 'number' ? 1 : row.length;
}

function toParameter(
  layer: number,
  name: string,
  declared: ReadonlyMap<string, ParameterShape>,
  values: Values,
): Parameter {
  return { layer, name, shape: declared.get(name)?.shape ?? [], values: Float64Array.from(values.flat()) };
}
