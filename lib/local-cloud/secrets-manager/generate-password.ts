import { randomInt } from 'node:crypto';
import { z } from 'zod';

/** `GenerateSecretString` of a template. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-secretsmanager-secret-generatesecretstring.html */
export const GenerateSecretString = z.strictObject({
  PasswordLength: z.coerce.number().int().min(1).max(4096).default(32),
  ExcludeCharacters: z.string().max(4096).default(''),
  ExcludeLowercase: z.stringbool().or(z.boolean()).default(false),
  ExcludeUppercase: z.stringbool().or(z.boolean()).default(false),
  ExcludeNumbers: z.stringbool().or(z.boolean()).default(false),
  ExcludePunctuation: z.stringbool().or(z.boolean()).default(false),
  IncludeSpace: z.stringbool().or(z.boolean()).default(false),
  RequireEachIncludedType: z.stringbool().or(z.boolean()).default(true),
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});
export type GenerateSecretString = z.output<typeof GenerateSecretString>;

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const NUMBERS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A random password of the wanted length and kinds of characters. @throws Error when nothing or too little is left to choose from */
function generatePassword(wanted: GenerateSecretString): string {
  const kinds = [
    wanted.ExcludeLowercase ? '' : LOWERCASE,
    wanted.ExcludeUppercase ? '' : LOWERCASE.toUpperCase(),
    wanted.ExcludeNumbers ? '' : NUMBERS,
    wanted.ExcludePunctuation ? '' : PUNCTUATION,
    wanted.IncludeSpace ? ' ' : '',
  ]
    .map((kind) => [...kind].filter((character) => !wanted.ExcludeCharacters.includes(character)))
    .filter((kind) => kind.length > 0);
  const all = kinds.flat();
  const required = wanted.RequireEachIncludedType ? kinds : [];
  if (all.length === 0) throw new Error('no character is left to make a password of');
  if (required.length > wanted.PasswordLength) {
    throw new Error(`a password of ${wanted.PasswordLength} characters cannot have each of ${required.length} kinds`);
  }
  const characters = Array.from({ length: wanted.PasswordLength }, (_, index) => pick(required[index] ?? all));
  return shuffle(characters).join('');
}

/** The secret's first value: the password alone, or set into the template's JSON. */
export function generateSecretString(wanted: GenerateSecretString): string {
  const { SecretStringTemplate: template, GenerateStringKey: key } = wanted;
  if (template === undefined && key === undefined) return generatePassword(wanted);
  if (template === undefined || key === undefined)
    throw new Error('SecretStringTemplate and GenerateStringKey go together');
  const values = z.record(z.string(), z.unknown()).parse(JSON.parse(template));
  return JSON.stringify({ ...values, [key]: generatePassword(wanted) });
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}

function shuffle(characters: readonly string[]): string[] {
  const rest = [...characters];
  return characters.flatMap(() => rest.splice(randomInt(rest.length), 1));
}
