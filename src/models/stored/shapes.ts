type Shape = [rows: number, columns: number];

/** Parses a shape as the database stores it: `[rows, columns]`. */
export function readShape(shape: string): Shape {
  return JSON.parse(shape);
}
