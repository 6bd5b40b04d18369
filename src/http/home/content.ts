import { createHash } from 'node:crypto';

/** The content of the home page. */
export interface Home {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Absolute addresses. */
  readonly docs: string;
  readonly openapi: string;
  /** From a table to predictions, one command on each line. */
  readonly commands: readonly string[];
  readonly keys: string;
}

/**
 * `origin` is inserted into shell commands: it must not contain characters that a shell interprets.
 */
export function homeOf(origin: string, version: string): Home {
  return {
    name: 'Trainyard',
    version,
    description: 'Trains deep neural networks on structured data.',
    docs: `${origin}/docs`,
    openapi: `${origin}/openapi.json`,
    commands: [
      `curl ${origin}/v1/datasets -H 'Content-Type: text/csv' --data-binary @table.csv`,
      `curl ${origin}/v1/jobs -H 'Content-Type: application/json' -d '{"datasetId": "ds_…", "target": "COLUMN"}'`,
      `curl '${origin}/v1/jobs/job_…?wait=60'`,
      `curl ${origin}/v1/models/mdl_…`,
      `curl ${origin}/v1/models/mdl_…/predict -H 'Content-Type: text/csv' --data-binary @rows.csv`,
    ],
    keys: "If the service has API keys, add -H 'Authorization: Bearer ty_…' to each command.",
  };
}

const INTRODUCTION = 'From a table to predictions. Replace each id with the one in the response to the command before:';

export function homeAsText({ name, version, description, docs, openapi, commands, keys }: Home): string {
  const links = [`Documentation  ${docs}`, `OpenAPI        ${openapi}`];
  return [`${name} ${version}`, description, '', ...links, '', INTRODUCTION, '', ...commands, '', keys, ''].join('\n');
}

const STYLE =
  'body{font:16px/1.5 sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem}pre{padding:1rem;background:#f4f4f4;white-space:pre-wrap}';

/** Allows only the page's own style. */
export const HOME_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function homeAsHtml({ name, version, description, docs, openapi, commands, keys }: Home): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
<h1>${escaped(`${name} ${version}`)}</h1>
<p>${escaped(description)}</p>
<p><a href="${escaped(docs)}">Documentation</a> · <a href="${escaped(openapi)}">OpenAPI</a></p>
<p>${escaped(INTRODUCTION)}</p>
<pre>${escaped(commands.join('\n'))}</pre>
<p>${escaped(keys)}</p>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
