import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Table } from '../../../ui/table.tsx';
import type { Draft, Settings } from '../api/settings.ts';
import { Section, SMALL_INPUT } from './section.tsx';

type Action = Settings['rules'][number]['action'];
type Sanitising = Draft['sanitising'];

const ACTIONS: readonly (readonly [action: Action, about: string])[] = [
  ['redact', 'redact: the rule’s name stands instead'],
  ['hash', 'hash: equal values stay equal'],
  ['drop', 'drop the attribute'],
  ['keep', 'keep as it came'],
];
const GROUPS = { secret: 'Secrets', card: 'Card numbers', personal: 'Personal data' } as const;

interface SanitiseRulesProps {
  readonly rules: Settings['rules'];
  readonly sanitising: Sanitising;
  readonly denied: string | null;
  readonly onChange: (sanitising: Sanitising) => void;
}

/** What is done with secrets and personal data before anything is stored. */
export function SanitiseRules({ rules, sanitising, denied, onChange }: SanitiseRulesProps) {
  const actionOf = (rule: Settings['rules'][number]): Action => sanitising.rules[rule.name] ?? rule.default_action;
  const setAction = (rule: Settings['rules'][number], action: Action) => {
    const { [rule.name]: _before, ...rest } = sanitising.rules;
    // only what differs from the default is kept, so that a better default reaches this project
    onChange({ ...sanitising, rules: action === rule.default_action ? rest : { ...rest, [rule.name]: action } });
  };
  const setCustom = (at: number, change: Partial<Sanitising['custom'][number]>) =>
    onChange({
      ...sanitising,
      custom: sanitising.custom.map((rule, index) => (index === at ? { ...rule, ...change } : rule)),
    });
  return (
    <Section title="Sanitising" about="Before an event is stored: in message, attributes and the original line.">
      <Table label="Sanitising rules" heads={['What', 'Kind', 'What is done']}>
        {rules.map((rule) => (
          <tr key={rule.name}>
            <td>
              {rule.title} <code className="font-mono text-xs text-muted">{rule.name}</code>
            </td>
            <td className="text-muted">{GROUPS[rule.group]}</td>
            <td>
              <select
                aria-label={`What is done with ${rule.title}`}
                aria-disabled={denied !== null}
                data-tip={denied}
                className={SMALL_INPUT}
                value={actionOf(rule)}
                onChange={({ target }) => denied === null && setAction(rule, target.value as Action)}
              >
                {ACTIONS.map(([action, about]) => (
                  <option key={action} value={action}>
                    {about}
                    {action === rule.default_action ? ' (default)' : ''}
                  </option>
                ))}
              </select>
            </td>
          </tr>
        ))}
      </Table>
      {sanitising.custom.map((rule, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule being written has no name yet
        <div key={at} className="flex flex-wrap items-center gap-2">
          <input
            aria-label={`Name of own rule ${at + 1}`}
            placeholder="employee-number"
            value={rule.name}
            readOnly={denied !== null}
            onChange={({ target }) => setCustom(at, { name: target.value })}
            className={`${SMALL_INPUT} w-44`}
          />
          <input
            aria-label={`Expression of own rule ${at + 1}`}
            placeholder="EMP-(\d{6})"
            value={rule.pattern}
            readOnly={denied !== null}
            onChange={({ target }) => setCustom(at, { pattern: target.value })}
            className={`${SMALL_INPUT} flex-1 font-mono`}
          />
          <select
            aria-label={`What own rule ${at + 1} does`}
            className={SMALL_INPUT}
            aria-disabled={denied !== null}
            value={rule.action}
            onChange={({ target }) =>
              denied === null && setCustom(at, { action: target.value as Exclude<Action, 'keep'> })
            }
          >
            <option>redact</option>
            <option>hash</option>
            <option>drop</option>
          </select>
          <IconButton
            label={`Remove own rule ${at + 1}`}
            icon={X}
            aria-disabled={denied !== null}
            onClick={() =>
              denied === null &&
              onChange({ ...sanitising, custom: sanitising.custom.filter((_, index) => index !== at) })
            }
          />
        </div>
      ))}
      <Button
        icon={Plus}
        className="justify-self-start"
        deniedBecause={denied ?? (sanitising.custom.length < 20 ? null : 'A project has at most 20 rules of its own')}
        onClick={() =>
          onChange({ ...sanitising, custom: [...sanitising.custom, { name: '', pattern: '', action: 'redact' }] })
        }
      >
        Own rule
      </Button>
    </Section>
  );
}
