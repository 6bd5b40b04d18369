import type { EmbeddingSpec } from '../../engine/layers/embedding/embedding.ts';
import type { FieldError } from '../../kit/contract/errors.ts';
import { type EmbeddingRequest, type EmbeddingSettings, MAX_EMBEDDED_NUMBERS, MIN_WIDTH } from '../schemas/network.ts';
import type { Issues } from './issues.ts';

/** What the defaults of an embedding depend on. */
interface EmbeddingContext {
  /** Number columns. */
  readonly columns: number;
  readonly rows: number;
}

/** Numbers of E that a default width aims at, and the widths that it chooses from. */
const DEFAULT_NUMBERS = 640;
const WIDTH_STEP = 4;
const MAX_DEFAULT_WIDTH = { cosine: 24, piecewiseLinear: 16 } as const;
/** A turn of a cosine for a deviation of the scaled number. */
const DEFAULT_SCALE = 1;
const MAX_DEFAULT_BINS = 48;
const ROWS_PER_BIN = 100;

/** The embedding with every default filled in, checked against the number columns. */
export function resolveEmbedding(
  request: EmbeddingRequest | null | undefined,
  context: EmbeddingContext,
  issues: Issues,
): EmbeddingSettings | null {
  if (!request) return null;
  const embedding = completeEmbedding(request, context);
  for (const { path, message } of conflictsOf(embedding, context)) issues.add(path, message);
  return embedding;
}

/** Fills in every default. */
export function completeEmbedding(request: EmbeddingRequest, { columns, rows }: EmbeddingContext): EmbeddingSettings {
  const width = request.width ?? defaultWidth(request.type, columns);
  if (request.type === 'cosine') return { ...request, width, scale: request.scale ?? DEFAULT_SCALE };
  const bins = Math.max(1, Math.min(MAX_DEFAULT_BINS, Math.floor(rows / ROWS_PER_BIN)));
  return { ...request, width, bins: request.bins ?? bins };
}

/** A multiple of four; less only where the limit of all numbers allows no more. */
function defaultWidth(type: EmbeddingSettings['type'], columns: number): number {
  const most = Math.min(MAX_DEFAULT_WIDTH[type], DEFAULT_NUMBERS / Math.max(1, columns));
  const width = Math.max(WIDTH_STEP, WIDTH_STEP * Math.floor(most / WIDTH_STEP));
  return Math.max(MIN_WIDTH[type], Math.min(width, maxWidth(columns)));
}

function conflictsOf(embedding: EmbeddingSettings, { columns }: EmbeddingContext): readonly FieldError[] {
  const path = '/network/embedding';
  if (columns > 0) return sizeConflicts(embedding, columns, path);
  const remedy = 'Remove the embedding, or name a numeric column in features.types.';
  return [{ path, message: `An embedding needs a number column, and no feature is numeric. ${remedy}` }];
}

/** An issue when the embedding of so many columns has too many numbers; `path` is its own. */
export function sizeConflicts(
  { type, width }: EmbeddingSettings,
  columns: number,
  path: string,
): readonly FieldError[] {
  const most = maxWidth(columns);
  if (width <= most) return [];
  const size = `${columns} columns of width ${width} are ${columns * width} inputs of layer 1; the limit is ${MAX_EMBEDDED_NUMBERS}.`;
  return most < MIN_WIDTH[type]
    ? [{ path, message: `${size} Embed fewer columns, or remove the embedding.` }]
    : [{ path: `${path}/width`, message: `${size} Use a width of at most ${most}.` }];
}

function maxWidth(columns: number): number {
  return Math.floor(MAX_EMBEDDED_NUMBERS / Math.max(1, columns));
}

/** An embedding of the first inputs with the largest size that these settings allow. */
export function sizedEmbedding(settings: EmbeddingSettings | null, inputs: number): EmbeddingSpec | null {
  if (settings === null || inputs === 0) return null;
  const columns = Array.from({ length: inputs }, (_input, column) => column);
  return createEmbeddingSpec(settings, columns, (_column, bins) => Array.from({ length: bins + 1 }, (_edge, at) => at));
}

/** `edgesOfColumn` gives the edges of a column with at most so many bins. */
export function createEmbeddingSpec(
  settings: EmbeddingSettings,
  columns: readonly number[],
  edgesOfColumn: (column: number, bins: number) => readonly number[],
): EmbeddingSpec {
  const { type, width } = settings;
  if (type === 'cosine') return { type, columns, width, scale: settings.scale };
  return { type, columns, width, edges: columns.map((column) => edgesOfColumn(column, settings.bins)) };
}
