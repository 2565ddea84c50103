import { Play } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useShortcut } from '../../../lib/keyboard.ts';
import type { ApiProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import type { Search } from '../api/logs.ts';

interface QueryBarProps {
  readonly text: string;
  readonly onRun: (text: string) => void;
  /** A syntax error the server found in the text that was run. */
  readonly problem: ApiProblem | null;
  readonly search: Search;
}

export function QueryBar({ text, onRun, problem }: QueryBarProps) {
  const [draft, setDraft] = useState(text);
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => setDraft(text), [text]);
  const run = () => onRun(draft.trim());
  useShortcut('query', () => input.current?.focus());
  useShortcut('run', run);
  const changed = draft.trim() !== text;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      run();
    } else if (event.key === 'Escape') input.current?.blur();
  };
  return (
    <div className="relative flex min-w-0 flex-1 items-start gap-2">
      <textarea
        ref={input}
        aria-label="Query"
        rows={Math.min(6, draft.split('\n').length)}
        spellCheck={false}
        autoComplete="off"
        value={draft}
        placeholder="Search: words, field:value, level:>=warn, -excluded"
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        aria-invalid={problem ? true : undefined}
        className="min-h-8 w-full resize-none rounded-s border border-line-strong bg-surface px-2 py-1.5 font-mono text-s leading-[18px]"
      />
      <Button look={changed ? 'primary' : 'plain'} icon={Play} onClick={run} className={cx('h-8')}>
        Run
      </Button>
    </div>
  );
}
