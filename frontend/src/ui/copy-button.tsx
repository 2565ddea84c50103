import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from '../lib/clipboard.ts';
import { Button, IconButton } from './button.tsx';

/** Copies a text; with `children` a worded button, else an icon named by `what`. */
export function CopyButton({
  text,
  what,
  children,
}: {
  text: string | (() => string);
  what: string;
  children?: string;
}) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1_500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    await copyText(typeof text === 'function' ? text() : text, what);
    setDone(true);
  };
  const icon = done ? Check : Copy;
  return children ? (
    <Button icon={icon} onClick={copy}>
      {children}
    </Button>
  ) : (
    <IconButton label={`Copy ${what}`} icon={icon} onClick={copy} />
  );
}
