/** Marks words inside a text; the text itself is never taken for markup. */
export function Highlight({ text, words }: { text: string; words: readonly string[] }) {
  if (words.length === 0 || text === '') return text;
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'giu');
  const pieces = text.split(pattern);
  if (pieces.length === 1) return text;
  return pieces.map((piece, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity
      <mark key={index} className="rounded-[2px] bg-hit text-ink">
        {piece}
      </mark>
    ) : (
      piece
    ),
  );
}
