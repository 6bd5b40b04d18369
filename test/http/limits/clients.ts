import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface LargeRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body is this text, repeated this many times. */
  readonly fill: string;
  readonly times: number;
}

/** The parts of a response that a client reads. */
interface Seen {
  readonly status: number;
  /** Of the problem. */
  readonly code: string | undefined;
}

export type Client = (address: string, requests: readonly LargeRequest[]) => Promise<readonly Seen[]>;

const SCRIPT = fileURLToPath(new URL('./earlyRefusals.py', import.meta.url));
const run = promisify(execFile);

export const hasPython = spawnSync('python3', ['--version']).status === 0;
export const hasCurl = spawnSync('curl', ['--version']).status === 0;

export function python(client: string): Client {
  return async (address, requests) => {
    const { stdout } = await run('python3', [SCRIPT, client, address, JSON.stringify(requests)]);
    return JSON.parse(stdout) as readonly Seen[];
  };
}

export function curl(...flags: readonly string[]): Client {
  return inTurn(async (address, { path, headers, ...body }) => {
    const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const child = spawn('curl', ['-sS', '-X', 'POST', '-w', '\n%{http_code}', ...flags, ...named, address + path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // It closes its input when it stops sending.
    child.stdin.on('error', () => undefined).end(bodyOf(body));
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const [problem = '', status] = output.split('\n');
    return { status: Number(status), code: codeOf(JSON.parse(problem)) };
  });
}

export const nodeHttp = inTurn(async (address, { path, headers, ...body }) => {
  const sent = httpRequest(address + path, { method: 'POST', headers, agent: false });
  sent.end(bodyOf(body));
  const [answer] = await once(sent, 'response');
  // The fate of the rest of the body is irrelevant here.
  sent.on('error', () => undefined);
  const closed = new Promise((resolve) => sent.once('close', resolve));
  const code = codeOf(await json(answer));
  await closed;
  return { status: answer.statusCode, code };
});

export const fetched = inTurn(async (address, { path, headers, ...body }) => {
  const answer = await fetch(address + path, { method: 'POST', headers, body: bodyOf(body) });
  return { status: answer.status, code: codeOf(await answer.json()) };
});

function inTurn(send: (address: string, request: LargeRequest) => Promise<Seen>): Client {
  return async (address, requests) => {
    const seen: Seen[] = [];
    for (const request of requests) seen.push(await send(address, request));
    return seen;
  };
}

function bodyOf({ fill, times }: Pick<LargeRequest, 'fill' | 'times'>): Buffer<ArrayBuffer> {
  return Buffer.from(fill.repeat(times));
}

function codeOf(answer: unknown): string | undefined {
  return (answer as { readonly code?: string }).code;
}
