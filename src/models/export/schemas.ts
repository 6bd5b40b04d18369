import { z } from 'zod';
import { memberQuery } from '../stored/namedNetworks.ts';

const EXPORT_FORMATS = ['onnx', 'safetensors', 'npz', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const exportQuery = z.strictObject({
  format: z.enum(EXPORT_FORMATS).describe('The format of the file.'),
  inputs: z
    .enum(['columns', 'matrix'])
    .default('columns')
    .describe(
      'Of `onnx`: the graph reads the columns of rows, or the matrix of inputs (rows, n[0]) that `preprocessing` describes.',
    ),
  member: memberQuery,
});
export type ExportQuery = z.output<typeof exportQuery>;

/** The media type of each format. */
export const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  onnx: 'application/octet-stream',
  safetensors: 'application/octet-stream',
  npz: 'application/zip',
  json: 'application/json; charset=utf-8',
};

export const exportedFile = z.string().meta({ format: 'binary' });
export const exportedJson = z
  .looseObject({ modelId: z.string(), sha256: z.string() })
  .describe('The answers of `preprocessing` and `parameters`, each under its name.')
  .meta({ id: 'ExportedModel', example: { modelId: 'mdl_01jd8m3c6r0v3k9m7d5x2w1q4z', sha256: '9f2c…' } });
