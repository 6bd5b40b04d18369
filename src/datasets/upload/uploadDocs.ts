import { z } from 'zod';
import { EXAMPLE_TABLE } from './exampleTable.ts';

export const UPLOAD_DESCRIPTION = `Send the file as the body, or as the \`file\` of a multipart form; gzip is unpacked. It is streamed to disk, read
over all its rows (separator, quotes, header, types and missing values are found out, and each can be said in the query), and stored as
Parquet. The same bytes uploaded twice are stored once. Nothing stays of an upload that fails.`;

// Not `format: binary`: Swagger UI shows a text that can be edited, not a choice of files.
const text = (description: string, example: string) => z.unknown().meta({ type: 'string', description, example });

/** The body in the formats that the documentation shows; it is a stream that no schema looks at. */
export const UPLOAD_BODY = {
  content: {
    'text/csv': { schema: text('Lines of values, with a header.', EXAMPLE_TABLE.csv) },
    'text/tab-separated-values': { schema: text('The same with tabs.', EXAMPLE_TABLE.tsv) },
    'application/x-ndjson': { schema: text('One JSON object a line.', EXAMPLE_TABLE.ndjson) },
    'application/json': {
      schema: z.unknown().meta({
        type: 'array',
        items: { type: 'object' },
        description: 'An array of objects.',
        example: EXAMPLE_TABLE.json,
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
