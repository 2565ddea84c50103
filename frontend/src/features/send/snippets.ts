import { AGENTS } from './snippets/agents.ts';
import { FIRST } from './snippets/first.ts';
import { LIBRARIES } from './snippets/libraries.ts';
import { PLATFORMS } from './snippets/platforms.ts';
import type { Snippet } from './snippets/snippet.ts';

/** Ways to send, as the page offers them. */
export const SNIPPET_GROUPS: readonly { readonly name: string; readonly snippets: readonly Snippet[] }[] = [
  { name: 'At once', snippets: FIRST },
  { name: 'Agents', snippets: AGENTS },
  { name: 'Clouds and platforms', snippets: PLATFORMS },
  { name: 'Libraries', snippets: LIBRARIES },
];
