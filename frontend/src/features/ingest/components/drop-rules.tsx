import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../../../ui/button.tsx';
import type { Draft } from '../api/settings.ts';
import { Section, SMALL_INPUT } from './section.tsx';

type Rule = Draft['drop_rules'][number];

interface DropRulesProps {
  readonly rules: readonly Rule[];
  readonly denied: string | null;
  readonly onChange: (rules: Rule[]) => void;
}

/** Events that are not kept, or kept in part; the first rule that matches decides. */
export function DropRules({ rules, denied, onChange }: DropRulesProps) {
  const set = (at: number, change: Partial<Rule>) =>
    denied === null && onChange(rules.map((rule, index) => (index === at ? { ...rule, ...change } : rule)));
  return (
    <Section
      title="Drop and sample"
      about="Events that match are not stored, all but a share of them. The first rule that matches decides; the ledger counts what was dropped."
    >
      {rules.map((rule, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule being written has no name yet
        <div key={at} className="flex flex-wrap items-center gap-2">
          <label className="inline-flex min-h-7 items-center gap-1.5 text-xs max-sm:min-h-11">
            <input
              type="checkbox"
              checked={rule.enabled}
              aria-disabled={denied !== null}
              onChange={({ target }) => set(at, { enabled: target.checked })}
              className="accent-accent-fill"
            />
            on
          </label>
          <input
            aria-label={`Name of drop rule ${at + 1}`}
            placeholder="health checks"
            value={rule.name}
            readOnly={denied !== null}
            onChange={({ target }) => set(at, { name: target.value })}
            className={`${SMALL_INPUT} w-40`}
          />
          <input
            aria-label={`Query of drop rule ${at + 1}`}
            placeholder='url.path:"/health" level:<warn'
            value={rule.query}
            readOnly={denied !== null}
            onChange={({ target }) => set(at, { query: target.value })}
            className={`${SMALL_INPUT} flex-1 font-mono`}
          />
          <label className="inline-flex items-center gap-1.5 text-xs text-muted">
            keep
            <input
              type="number"
              min={0}
              max={100}
              step="any"
              value={Math.round(rule.keep * 10_000) / 100}
              readOnly={denied !== null}
              onChange={({ target }) => set(at, { keep: Math.min(1, Math.max(0, Number(target.value) / 100)) })}
              className={`${SMALL_INPUT} num w-20 text-right`}
            />
            %
          </label>
          <IconButton
            label={`Remove drop rule ${at + 1}`}
            icon={X}
            aria-disabled={denied !== null}
            onClick={() => denied === null && onChange(rules.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <Button
        icon={Plus}
        className="justify-self-start"
        deniedBecause={denied ?? (rules.length < 20 ? null : 'A project has at most 20 rules')}
        onClick={() => onChange([...rules, { name: '', query: '', keep: 0, enabled: true }])}
      >
        Drop rule
      </Button>
    </Section>
  );
}
