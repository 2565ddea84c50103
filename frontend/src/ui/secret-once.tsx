import { CopyButton } from './copy-button.tsx';

/** A secret that is shown this once, with what it is for. */
export const SecretOnce = ({ secret, what, note }: { secret: string; what: string; note: string }) => (
  <div role="status" className="flex flex-wrap items-center gap-3 rounded-s bg-caution-soft p-2">
    <code className="min-w-0 flex-1 font-mono text-s break-all">{secret}</code>
    <CopyButton text={secret} what={what}>
      Copy
    </CopyButton>
    <p className="w-full text-xs text-caution">{note}</p>
  </div>
);
