import { CLIENT_SETTINGS, SERVICE_SETTINGS } from '../../src/config/settings.ts';

/**
 * Names that users write: the settings, and the properties and parameters of the OpenAPI document.
 */
export function contractNames(openapi: unknown): readonly string[] {
  const names = new Set([...Object.keys(SERVICE_SETTINGS), ...Object.keys(CLIENT_SETTINGS)]);
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('properties' in node && typeof node.properties === 'object') {
      for (const name of Object.keys(node.properties ?? {})) names.add(name);
    }
    if ('in' in node && 'name' in node && typeof node.name === 'string') names.add(node.name);
    for (const child of Object.values(node)) visit(child);
  };
  visit(openapi);
  return [...names];
}
