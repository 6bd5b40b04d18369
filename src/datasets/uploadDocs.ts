import { z } from 'zod';

export const UPLOAD_DESCRIPTION = `Send the file as the body, or as the \`file\` of a multipart form; gzip is unpacked. It is streamed to disk, read
over all its rows (separator, quotes, header, types and missing values are found out, and each can be said in the query), and stored as
Parquet. The same bytes uploaded twice are stored once. Nothing stays of an upload that fails.`;

const binary = (description: string, example: string) =>
  z.unknown().meta({ type: 'string', format: 'binary', description, example });

/** The body in the formats that the documentation shows; it is a stream that no schema looks at. */
export const UPLOAD_BODY = {
  content: {
    'text/csv': { schema: binary('Lines of values, with a header.', 'age,income\n39,<=50K\n52,>50K\n') },
    'text/tab-separated-values': { schema: binary('The same with tabs.', 'age\tincome\n39\t<=50K\n') },
    'application/x-ndjson': { schema: binary('One JSON object a line.', '{"age":39,"income":"<=50K"}\n') },
    'application/json': {
      schema: z.unknown().meta({
        type: 'array',
        items: { type: 'object' },
        description: 'An array of objects.',
        example: [{ age: 39, income: '<=50K' }],
      }),
    },
    'application/vnd.apache.parquet': { schema: z.unknown().meta({ type: 'string', format: 'binary' }) },
    'multipart/form-data': {
      schema: z
        .unknown()
        .meta({ type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] }),
    },
  },
};
