import { useState } from 'react';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { Field } from '../../../ui/field.tsx';
import { GuardedPage } from '../../../ui/guarded-page.tsx';
import { Page } from '../../../ui/page.tsx';
import { Message, Panel } from '../../../ui/panel.tsx';
import { Table } from '../../../ui/table.tsx';
import { UseBar } from '../../../ui/use-bar.tsx';
import { When } from '../../../ui/when.tsx';
import { useLimits, useResetLimit } from '../api/limits.ts';

/** Who is near a rate limit, and the way to let them go on. */
export const LimitsPage = () => (
  <GuardedPage title="Rate limits" needs="platform">
    {() => <Limits />}
  </GuardedPage>
);

function Limits() {
  const { query, queryKey } = useLimits();
  const reset = useResetLimit();
  const [words, setWords] = useState('');
  const [all, setAll] = useState(false);
  const wanted = words.trim().toLowerCase();
  return (
    <Page
      title="Rate limits"
      about="Running windows of users, keys and addresses, the fullest first. Read anew every ten seconds."
      action={
        <Button look="danger" onClick={() => setAll(true)}>
          Reset all
        </Button>
      }
    >
      {reset.error && (
        <p role="alert" className="text-s text-danger">
          {toProblem(reset.error).message}
        </p>
      )}
      <Field
        label="Find"
        placeholder="user:…, key:…, ip:… or a class"
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <Panel
        title="In use"
        query={query}
        queryKey={queryKey}
        isEmpty={(data) => data.items.length === 0}
        empty={<Message title="Nobody has used any limit lately" />}
      >
        {(data) => {
          const shown = data.items.filter((use) => `${use.class} ${use.who}`.toLowerCase().includes(wanted));
          return (
            <>
              <Table label="Limits in use" heads={['Who', 'Class', 'Used', 'Whole again', '']}>
                {shown.map((use) => (
                  <tr key={use.id}>
                    <td className="min-w-40 font-mono text-xs break-all">{use.who}</td>
                    <td>{use.class}</td>
                    <td>
                      <UseBar used={use.used} limit={use.limit} label={`${use.class} of ${use.who}`} />
                    </td>
                    <td>
                      <When at={use.resets_at} />
                    </td>
                    <td className="text-right">
                      <Button onClick={() => reset.mutate(use.id, { onSuccess: () => toast(`Reset ${use.who}`) })}>
                        Reset
                      </Button>
                    </td>
                  </tr>
                ))}
              </Table>
              {shown.length === 0 && <p className="p-3 text-s text-muted">None holds these words.</p>}
              {data.total > data.items.length && (
                <p className="px-3 py-2 text-xs text-caution">
                  The fullest {data.items.length} of {data.total} are shown.
                </p>
              )}
            </>
          );
        }}
      </Panel>
      <Panel title="Limits of this stage" query={query} queryKey={queryKey}>
        {(data) => (
          <Table label="Limits of this stage" heads={['Class', 'Limit']}>
            {data.limits.map((limit) => (
              <tr key={limit.class}>
                <td>{limit.class}</td>
                <td className="num">{limit.text}</td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
      {all && (
        <ConfirmDialog
          title="Reset all rate limits"
          action="Reset all"
          run={() => reset.mutateAsync(null).then((done) => toast(`Reset ${done.reset} windows`))}
          onClose={() => setAll(false)}
        >
          Everybody has the whole of every limit again, those who were held back too.
        </ConfirmDialog>
      )}
    </Page>
  );
}
