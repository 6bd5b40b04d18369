import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { Database } from '../../store/database/database.ts';
import { ensembleParametersJson, parametersJson } from '../parameters/parametersJson.ts';
import { membersJson, networkJson } from '../preprocessing/preprocessingJson.ts';
import { findNetworks, firstOf, type NamedNetworks } from '../stored/namedNetworks.ts';
import { readArrays } from './arrays/arrays.ts';
import { MAX_NPZ_BYTES, writeNpz } from './arrays/npz.ts';
import { writeSafetensors } from './arrays/safetensors.ts';
import { writeOnnx } from './onnx/model.ts';
import type { ExportFormat, ExportQuery } from './schemas.ts';

/** Part of the ETag. It changes with the files that the same model gives. */
const FORMAT_VERSION = 1;

interface ExportedFile {
  readonly name: string;
  readonly etag: string;
  /** Reads the networks and writes the file. Throws `invalid_request` if npz is too small. */
  chunks(): Promise<AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>>;
}

export interface Exports {
  /** Throws `model_not_found`, and `member_not_found` if the model has no such member. */
  open(idOrAlias: string, query: ExportQuery): Promise<ExportedFile>;
}

type Writer = (named: NamedNetworks, query: ExportQuery) => ReturnType<ExportedFile['chunks']>;

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  async onnx({ row: { id, sha256 }, model }, { inputs }) {
    return [await writeOnnx({ id, sha256, inputs }, model.networks())];
  },
  async safetensors({ row: { id, sha256 }, model, names }) {
    const nameOf = ({ layer, name }: { layer: number; name: string }) =>
      layer === 0 ? `embedding.${name}` : `layers.${layer}.${name}`;
    return writeSafetensors(await readArrays(model.networks(), names !== null, nameOf), { modelId: id, sha256 });
  },
  async npz({ model, names }) {
    const arrays = await readArrays(model.networks(), names !== null, ({ layer, name }) => `${name}${layer}`);
    const bytes = arrays.reduce((sum, array) => sum + array.bytes.length, 0);
    if (bytes > MAX_NPZ_BYTES * 0.99) throw tooLarge(bytes);
    return writeNpz(arrays);
  },
  async json(named) {
    return exportJson(named);
  },
};

export function createExports({ database }: { readonly database: Database }, { project }: Tenant): Exports {
  return {
    async open(idOrAlias, query) {
      const { format, inputs, member } = query;
      const named = await findNetworks(database, project, idOrAlias, member);
      const { id, sha256 } = named.row;
      const part = member === undefined ? '' : `-${member}`;
      return {
        name: `${id}${part}.${format}`,
        etag: `"${sha256}-${FORMAT_VERSION}-${inputs}${part}.${format}"`,
        chunks: () => WRITERS[format](named, query),
      };
    },
  };
}

async function* exportJson({ row: { id, sha256 }, model, names }: NamedNetworks): AsyncGenerator<string> {
  yield `{${JSON.stringify({ modelId: id, sha256 }).slice(1, -1)},"preprocessing":`;
  if (names === null) yield* networkJson(await firstOf(model.descriptions()));
  else yield* membersJson(names, model.descriptions());
  yield ',"parameters":';
  if (names === null) yield* parametersJson(await firstOf(model.networks()));
  else yield* ensembleParametersJson(names, model.networks());
  yield '}';
}

function tooLarge(bytes: number): ServiceError {
  const message = `The parameters have ${bytes} bytes, and an npz file at most ${MAX_NPZ_BYTES}. Use format=safetensors.`;
  return new ServiceError('invalid_request', message, [{ path: '/format', message }]);
}
