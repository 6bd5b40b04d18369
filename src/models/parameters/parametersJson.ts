import type { Parameter } from '../../engine/memory/parameters.ts';
import { yieldToEventLoop } from '../../kit/yieldToEventLoop.ts';
import { shortestFloat32 } from '../stored/float32.ts';
import type { MemberName } from '../stored/namedNetworks.ts';
import type { StoredNetwork } from '../stored/storedNetworks.ts';

/** Numbers between two yields to other requests: about 5 ms. */
const NUMBERS_PER_CHUNK = 8_192;

/**
 * `{"embedding": null, "layers": [{"layer": 1, "activation": "relu", "W": {"shape": [n, k],
 * "values": [[…]]}, …}]}` in chunks, because the text of a large network would not fit in one
 * string. Each number is the shortest decimal of its float32.
 */
export async function* parametersJson(network: StoredNetwork): AsyncGenerator<string> {
  yield '{';
  yield* embeddingJson(network);
  yield* layersJson(network);
  yield '}';
}

/**
 * `{"members": [{"modelId": "mdl_…", "embedding": null, "layers": […]}, …]}` in chunks. `names`
 * identify the members, in order.
 */
export async function* ensembleParametersJson(
  names: readonly MemberName[],
  members: AsyncIterable<StoredNetwork>,
): AsyncGenerator<string> {
  yield '{"members":[';
  let index = 0;
  for await (const member of members) {
    yield `${index === 0 ? '' : ','}{${fieldsOf(names[index])},`;
    yield* embeddingJson(member);
    yield* layersJson(member);
    yield '}';
    index += 1;
  }
  yield ']}';
}

/** Its fields as JSON, without the braces. */
function fieldsOf(name: MemberName): string {
  return JSON.stringify(name).slice(1, -1);
}

/** `"embedding":{"layer":0,"type":"cosine","w":{…},…},`, or `"embedding":null,`. */
async function* embeddingJson({ description: { embedding }, parameters }: StoredNetwork): AsyncGenerator<string> {
  if (embedding === null) {
    yield '"embedding":null,';
    return;
  }
  yield `"embedding":{"layer":0,"type":${JSON.stringify(embedding.type)}`;
  yield* matricesJson(parameters, 0);
  if (embedding.type === 'piecewiseLinear') yield `,"edges":${JSON.stringify(embedding.edges)}`;
  yield '},';
}

async function* matricesJson(parameters: readonly Parameter[], layer: number): AsyncGenerator<string> {
  for (const parameter of parameters) if (parameter.layer === layer) yield* matrixJson(parameter);
}

async function* layersJson({ description: { layers }, parameters }: StoredNetwork): AsyncGenerator<string> {
  yield '"layers":[';
  for (const [index, { activation }] of layers.entries()) {
    const layer = index + 1;
    yield `${index === 0 ? '' : ','}{"layer":${layer},"activation":${JSON.stringify(activation)}`;
    yield* matricesJson(parameters, layer);
    yield '}';
  }
  yield ']';
}

/** The parameter as a matrix: axes beyond the second are flattened into its rows. */
async function* matrixJson({ name, shape, values }: Parameter): AsyncGenerator<string> {
  const [rows] = shape;
  const columns = values.length / rows;
  const rowsPerChunk = Math.max(1, Math.floor(NUMBERS_PER_CHUNK / columns));
  yield `,${JSON.stringify(name)}:{"shape":${JSON.stringify(shape)},"values":[`;
  for (let first = 0; first < rows; first += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, rows - first);
    const lines = Array.from({ length: count }, (_, i) => {
      const start = (first + i) * columns;
      return `[${Array.from(values.subarray(start, start + columns), numberJson).join(',')}]`;
    });
    yield (first === 0 ? '' : ',') + lines.join(',');
    await yieldToEventLoop();
  }
  yield ']}';
}

/** JSON.stringify drops the sign of a negative zero. */
function numberJson(value: number): string {
  return Object.is(value, -0) ? '-0' : JSON.stringify(shortestFloat32(value));
}
