import { describe, expect, it } from 'vitest';
import { SECTIONS } from '../../../src/http/docs/sections.ts';
import { describeApi } from '../../../src/server/openapi.ts';

interface OpenApi {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string; readonly tags: readonly [string] }>>>
  >;
}

const { tags, paths } = (await describeApi()) as OpenApi;
const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
const ids = operations.map(({ operationId }) => operationId);

describe('the order of the documentation', () => {
  it('is the order in which a user needs the operations', () => {
    const road = ['uploadDataset', 'createJob', 'getJob', 'streamJobEvents', 'predict'];
    expect(ids.filter((id) => road.includes(id))).toEqual(road);
    expect(ids[0]).toBe('uploadDataset');
    expect(ids.at(-1)).toBe('getSystem');
  });

  it('starts a section with the operation that creates its resource', () => {
    const firsts = tags.map(({ name }) => operations.find(({ tags: [tag] }) => tag === name)?.operationId);
    expect(firsts.slice(0, 3)).toEqual(['uploadDataset', 'createJob', 'predict']);
  });

  it('has every operation in a described section, and each section in one piece', () => {
    const sections = operations.map(({ tags: [tag] }) => tag);
    const pieces = sections.filter((section, index) => section !== sections[index - 1]);
    expect(pieces).toEqual(tags.map(({ name }) => name));
  });

  it('names only existing operations', () => {
    const named = SECTIONS.flatMap(({ operations }) => operations);
    expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  });
});
