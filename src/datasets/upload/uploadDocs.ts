import { z } from 'zod';
import { EXAMPLE_TABLE } from './exampleTable.ts';

export const UPLOAD_DESCRIPTION = `Send the file as the body, or as the part \`file\` of a multipart form. Gzip is decompressed. The service
streams the file to disk, detects its separator, quotes, header, column types and missing values from all rows (query parameters
override each), and stores it as Parquet. Equal files are stored once. A failed upload leaves no data.`;

// Without `format: binary`, so that Swagger UI shows an editable text instead of a file chooser.
const text = (description: string, example: string) => z.unknown().meta({ type: 'string', description, example });

/** The body in each documented format. It is a stream, which no schema validates. */
export const UPLOAD_BODY = {
  content: {
    'text/csv': { schema: text('CSV with a header.', EXAMPLE_TABLE.csv) },
    'text/tab-separated-values': { schema: text('Values separated by tabs, with a header.', EXAMPLE_TABLE.tsv) },
    'application/x-ndjson': { schema: text('One JSON object per line.', EXAMPLE_TABLE.ndjson) },
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
