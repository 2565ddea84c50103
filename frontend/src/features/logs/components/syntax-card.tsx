import { Dialog } from '../../../ui/dialog.tsx';

const EXAMPLES: readonly (readonly [query: string, meaning: string])[] = [
  ['timeout', 'the word, in any case, in the message or any attribute'],
  ['"connection reset by peer"', 'the words in a row'],
  ['service:checkout', 'a field with this value'],
  ['level:>=warn', 'warnings and worse'],
  ['duration_ms:>500', 'numbers above'],
  ['http.status_code:[500 TO 599]', 'a range, both ends included'],
  ['host:web-*', 'any ending; ? stands for one character'],
  ['user_id:*', 'events that have the field'],
  ['/time(d )?out/', 'a regular expression (RE2)'],
  ['timeout -service:mailer', 'not this; also NOT'],
  ['(error OR fatal) payment', 'either, then both'],
  ['level:error | stats count by service', 'a table instead of rows'],
];

/** The query language on one card. */
export function SyntaxCard({ onClose, onUse }: { onClose: () => void; onUse: (example: string) => void }) {
  return (
    <Dialog title="Query syntax" onClose={onClose} wide>
      <p className="text-s text-muted">
        Conditions side by side must all hold. Choosing an example puts it into the bar.
      </p>
      <ul>
        {EXAMPLES.map(([query, meaning]) => (
          <li key={query} className="border-b border-line/60 last:border-0">
            <button
              type="button"
              className="grid min-h-8 w-full items-center gap-x-4 rounded-s px-1 text-left hover:bg-hover sm:grid-cols-2"
              onClick={() => {
                onUse(query);
                onClose();
              }}
            >
              <code className="font-mono text-xs text-accent-ink">{query}</code>
              <span className="text-s text-muted">{meaning}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
