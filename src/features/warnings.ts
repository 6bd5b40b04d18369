/** Something a person should know that stops nothing, such as a column left out. */
export interface Warning {
  readonly code: string;
  readonly column?: string;
  readonly message: string;
}
