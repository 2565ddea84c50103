/** Control sequences of terminals: CSI (colours, cursor) and OSC (titles), ECMA-48. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SEQUENCE = /\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;

/** A line without colours; they stay in the original. */
export const stripAnsi = (line: string): string => (line.includes('\x1b') ? line.replace(SEQUENCE, '') : line);
