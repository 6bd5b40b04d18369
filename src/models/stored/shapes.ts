import { fromJson } from '../../store/database/json.ts';

/** Parses a shape as the database stores it: JSON, for example `[rows, columns]`. */
export function readShape(shape: string): number[] {
  return fromJson(shape);
}
