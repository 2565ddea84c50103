import type { z } from 'zod';
import { AwsError } from './aws-error.ts';

/** Says about an input that does not fit its schema what AWS's front end says, and names parameters that are not known here. */
export function invalidInput(issues: readonly z.core.$ZodIssue[]): AwsError {
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      const names = issue.keys.map((key) => [...issue.path, key].join('.')).join(', ');
      return new AwsError('ValidationException', `parameter not known here: ${names}`);
    }
    if (issue.code === 'invalid_type' && issue.input !== undefined && issue.input !== null) {
      return new AwsError(
        'SerializationException',
        `${place(issue.path)}: expected ${issue.expected}, got ${typeName(issue.input)}`,
      );
    }
  }
  const sentences = issues.map(
    (issue) =>
      `Value ${shown(issue.input)} at '${place(issue.path)}' failed to satisfy constraint: ${constraint(issue)}`,
  );
  const count = sentences.length === 1 ? '1 validation error' : `${sentences.length} validation errors`;
  return new AwsError('ValidationException', `${count} detected: ${sentences.join('; ')}`);
}

function constraint(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return 'Member must not be null';
    case 'too_small':
      return `Member must have ${measure(issue.origin)} greater than or equal to ${issue.minimum}`;
    case 'too_big':
      return `Member must have ${measure(issue.origin)} less than or equal to ${issue.maximum}`;
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${(issue.pattern ?? issue.format).replace(/^\/\^?|\$?\/\w*$/g, '')}`;
    default:
      return issue.message;
  }
}

const measure = (origin: string): string => (origin === 'number' || origin === 'int' ? 'value' : 'length');

const shown = (value: unknown): string =>
  value === undefined || value === null
    ? 'null'
    : `'${typeof value === 'object' ? JSON.stringify(value) : String(value)}'`;

const typeName = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

/** `['Records', 0, 'Data']` → `records.1.member.data`, as AWS writes a path. */
function place(path: readonly PropertyKey[]): string {
  return path
    .map((part) =>
      typeof part === 'number' ? `${part + 1}.member` : String(part).replace(/^./, (letter) => letter.toLowerCase()),
    )
    .join('.');
}
