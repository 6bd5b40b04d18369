import type { Terminal } from '../../../src/cli/terminal/terminal.ts';

/** A terminal that records its output. */
export function createTestTerminal(style: Partial<Pick<Terminal, 'columns' | 'isTty' | 'unicode'>> = {}) {
  const written = { output: '', warnings: '' };
  return {
    columns: 80,
    isTty: false,
    unicode: true,
    ...style,
    written,
    write(text: string) {
      written.output += text;
    },
    warn(text: string) {
      written.warnings += text;
    },
  };
}
