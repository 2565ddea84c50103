import { type Draft, readTime } from '../draft.ts';

const CRI = /^(\d{4}-\d\d-\d\dT\S{8,32}) (stdout|stderr) ([FP]) /;

/** A line as Kubernetes' runtimes write it to a file. */
export interface CriLine {
  readonly time: NonNullable<Draft['time']>;
  readonly stream: string;
  /** The line goes on in the next one. */
  readonly partial: boolean;
  readonly text: string;
}

/** Takes a line of the container runtime interface apart; undefined where it is none. */
export function readCri(line: string): CriLine | undefined {
  const match = CRI.exec(line);
  const time = match === null ? undefined : readTime(match[1]);
  if (match === null || time === undefined) return undefined;
  return { time, stream: match[2] ?? '', partial: match[3] === 'P', text: line.slice(match[0].length) };
}

/** What a container runtime adds around a line, over the line that was read. */
export function underContainer(
  inner: Draft,
  { time, stream }: Pick<CriLine, 'time' | 'stream'>,
  original: string,
): Draft {
  return {
    ...inner,
    // the line's own time is nearer to the event than the runtime's
    time: inner.time ?? time,
    attributes: { ...inner.attributes, 'log.iostream': stream },
    original,
  };
}
