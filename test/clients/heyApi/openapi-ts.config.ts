export default {
  input: 'openapi.json',
  // With the extension, Node runs what TypeScript emits.
  output: { path: 'client', importFileExtension: '.js' },
};
