/** JSON nested deeper than this is kept as text from there on; nobody reads it as structure. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * JSON (or several JSON texts) whose values below the 64th level have become strings of their own source. Works on the text, because whatever
 * walks the values recurses and would end the stack.
 */
export function foldDeepJson(content: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let depth = 0;
  let copied = 0;
  let deepFrom = -1;
  for (let at = 0; at < content.length; at++) {
    switch (content[at]) {
      case QUOTE:
        at = endOfString(content, at);
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth === MAX_DEPTH + 1) deepFrom = at;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (depth-- === MAX_DEPTH + 1 && deepFrom >= 0) {
          pieces.push(
            content.subarray(copied, deepFrom),
            Buffer.from(JSON.stringify(content.toString('utf8', deepFrom, at + 1))),
          );
          copied = at + 1;
          deepFrom = -1;
        }
        break;
    }
  }
  return Buffer.concat([...pieces, content.subarray(copied)]);
}

function endOfString(content: Buffer, start: number): number {
  for (let at = start + 1; at < content.length; at++) {
    if (content[at] === BACKSLASH) at++;
    else if (content[at] === QUOTE) return at;
  }
  return content.length;
}
