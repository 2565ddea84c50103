import { useState } from 'react';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Choice } from '../../../ui/field.tsx';
import { SNIPPET_GROUPS } from '../snippets.ts';

const SNIPPETS = SNIPPET_GROUPS.flatMap(({ snippets }) => snippets);
const PLACEHOLDER = '$TRIBUTARY_API_KEY';

/** What to paste into a shell, a shipper's settings or a program. @param apiKey undefined where none was made yet */
export function Snippets({ url, apiKey }: { readonly url: string; readonly apiKey: string | undefined }) {
  const [id, setId] = useState(SNIPPETS[0]?.id);
  const chosen = SNIPPETS.find((snippet) => snippet.id === id);
  if (chosen === undefined) return null;
  const text = chosen.text(url, apiKey ?? PLACEHOLDER);
  return (
    <section aria-label="Snippets" className="min-w-0 rounded-m border border-line bg-surface">
      <div className="flex flex-wrap items-end gap-3 px-3 pt-2">
        <Choice
          label="Send with"
          className="w-72 max-w-full"
          value={chosen.id}
          onChange={({ target }) => setId(target.value)}
        >
          {SNIPPET_GROUPS.map(({ name, snippets }) => (
            <optgroup key={name} label={name}>
              {snippets.map((snippet) => (
                <option key={snippet.id} value={snippet.id}>
                  {snippet.name}
                </option>
              ))}
            </optgroup>
          ))}
        </Choice>
        <CopyButton text={text} what="snippet">
          Copy
        </CopyButton>
      </div>
      <pre
        data-testid="snippet"
        className="overflow-x-auto p-3 font-mono text-xs leading-5 break-words whitespace-pre-wrap"
      >
        {text}
      </pre>
      {chosen.note && <p className="border-t border-line px-3 py-2 text-xs text-muted">{chosen.note}</p>}
    </section>
  );
}
