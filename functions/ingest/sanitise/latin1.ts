let scratch = Buffer.alloc(65_536);
let held = '';

/**
 * The low bytes of a text's characters, each at its character's place, until the next call: a loop reads them several times as fast as the
 * text. A character beyond Latin-1 looks like another, so what is found here is looked at again in the text.
 */
export function latin1Of(text: string): Uint8Array {
  if (text === held) return scratch;
  if (text.length > scratch.length) scratch = Buffer.alloc(2 ** Math.ceil(Math.log2(text.length)));
  scratch.write(text, 0, 'latin1');
  held = text;
  return scratch;
}
