import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERY_KIND_CSV, everyKindTraining } from '../support/everyKind.ts';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

let service: TrainingService;
let ids: readonly [string, string];
let ensemble: string;
beforeAll(async () => {
  service = await openTrainingService();
  ids = await service.twins(await service.upload(EVERY_KIND_CSV), everyKindTraining('price'));
  ensemble = await service.ensemble(ids);
});
afterAll(() => service.close());

const get = (url: string, headers = {}) => service.app.inject({ method: 'GET', url, headers });
const exported = (id: string, query: string, headers = {}) => get(`/v1/models/${id}/export?${query}`, headers);

/** The arrays of a safetensors file, and its metadata. */
function readSafetensors(file: Buffer) {
  const length = Number(file.readBigUInt64LE());
  const { __metadata__: metadata, ...entries } = JSON.parse(file.subarray(8, 8 + length).toString());
  const arrays = Object.entries<{ shape: number[]; data_offsets: [number, number] }>(entries).map(
    ([name, { shape, data_offsets: offsets }]) => {
      const [from, to] = offsets.map((offset) => 8 + length + offset);
      return [name, { shape, values: new Float32Array(Uint8Array.from(file.subarray(from, to)).buffer) }] as const;
    },
  );
  return { metadata, length, arrays: Object.fromEntries(arrays) };
}

describe('an exported model', () => {
  it('has the parameters in safetensors', async () => {
    const response = await exported(ids[0], 'format=safetensors');
    expect(response.headers['content-disposition']).toBe(`attachment; filename="${ids[0]}.safetensors"`);
    const { metadata, length, arrays } = readSafetensors(response.rawPayload);
    expect(length % 8).toBe(0);
    expect(metadata).toEqual({ modelId: ids[0], sha256: (await service.model(ids[0])).sha256 });
    const { layers } = (await get(`/v1/models/${ids[0]}/parameters`)).json();
    for (const { layer, W, b } of layers) {
      expect(arrays[`layers.${layer}.W`].shape).toEqual(W.shape);
      expect(arrays[`layers.${layer}.W`].values).toEqual(Float32Array.from(W.values.flat()));
      expect(arrays[`layers.${layer}.b`].values).toEqual(Float32Array.from(b.values.flat()));
    }
    expect(Object.keys(arrays)).toHaveLength(2 * layers.length);
  });

  it('names the arrays of each member of an ensemble', async () => {
    const { arrays } = readSafetensors((await exported(ensemble, 'format=safetensors')).rawPayload);
    expect(Object.keys(arrays)).toContain('members.2.layers.1.W');
    const member = readSafetensors((await exported(ensemble, 'format=safetensors&member=2')).rawPayload);
    expect(member.arrays['layers.1.W']).toEqual(arrays['members.2.layers.1.W']);
  });

  it('has the parameters in npz, without compression', async () => {
    const response = await exported(ids[0], 'format=npz');
    expect(response.headers['content-type']).toBe('application/zip');
    const file = response.rawPayload;
    const { layers } = (await get(`/v1/models/${ids[0]}/parameters`)).json();
    const [units, inputs] = layers[0].W.shape;
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${units}, ${inputs}), }`;
    const start = file.indexOf(header);
    expect(file.subarray(0, start).toString('latin1')).toContain('W1.npy');
    const values = file.subarray(file.indexOf('\n', start) + 1).subarray(0, 4 * units * inputs);
    expect(new Float32Array(Uint8Array.from(values).buffer)).toEqual(Float32Array.from(layers[0].W.values.flat()));
  });

  it.each([0, 1])('has the preprocessing and the parameters in JSON (%i)', async (isEnsemble) => {
    const id = isEnsemble === 1 ? ensemble : ids[0];
    const { sha256 } = await service.model(id);
    expect((await exported(id, 'format=json')).json()).toEqual({
      modelId: id,
      sha256,
      preprocessing: (await get(`/v1/models/${id}/preprocessing`)).json(),
      parameters: (await get(`/v1/models/${id}/parameters`)).json(),
    });
  });

  it('is not sent again for the ETag that the client has', async () => {
    const { etag = '' } = (await exported(ids[0], 'format=onnx')).headers;
    const again = await exported(ids[0], 'format=onnx', { 'if-none-match': etag });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    for (const query of ['format=npz', 'format=onnx&inputs=matrix']) {
      expect((await exported(ids[0], query, { 'if-none-match': etag })).statusCode).toBe(200);
    }
  });

  it('gives equal files for equal models', async () => {
    const [first, second] = await Promise.all([0, 1].map(() => exported(ensemble, 'format=onnx')));
    expect(first.rawPayload).toEqual(second.rawPayload);
  });

  it('is refused for an unknown format, member or model', async () => {
    const format = await exported(ids[0], 'format=pmml');
    expect([format.statusCode, format.json().errors[0].path]).toEqual([400, '/format']);
    const member = await exported(ids[0], 'format=onnx&member=1');
    expect([member.statusCode, member.json().code]).toEqual([404, 'member_not_found']);
    const model = await exported('mdl_none', 'format=onnx');
    expect([model.statusCode, model.json().code]).toEqual([404, 'model_not_found']);
  });
});
