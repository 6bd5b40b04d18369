type Shape = [rows: number, columns: number];

/** The database's own text: `[rows, columns]`. */
export function readShape(shape: string): Shape {
  return JSON.parse(shape);
}
