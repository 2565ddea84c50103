/** Lines of a text without their line ends; blank ones are left out. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const kept = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (kept.trim() !== '') lines.push(kept);
  }
  return lines;
}
