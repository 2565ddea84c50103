import { visibleText } from '../../../lib/visible-text.ts';

export type Fact = readonly [name: string, value: string | undefined];

/** What is known of something, by name; what is not known is left out. */
export const Facts = ({ facts }: { facts: readonly Fact[] }) => (
  <dl className="grid gap-x-4 gap-y-0.5 text-xs sm:grid-cols-[140px_minmax(0,1fr)]">
    {facts.map(([name, value]) =>
      value === undefined ? null : (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="font-mono break-all">{visibleText(value)}</dd>
        </div>
      ),
    )}
  </dl>
);
