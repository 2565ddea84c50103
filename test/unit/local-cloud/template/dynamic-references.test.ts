import { expect, it } from 'vitest';
import { resolveReferences } from '../../../../lib/local-cloud/template/dynamic-references.ts';

const place = { stack: 'app', logicalId: 'It' };
const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Origin-abc';

it.each([
  [`{{resolve:secretsmanager:${ARN}:SecretString:::}}`, `<${ARN} whole>`],
  [`{{resolve:secretsmanager:${ARN}}}`, `<${ARN} whole>`],
  [`{{resolve:secretsmanager:${ARN}:SecretString:password::}}`, `<${ARN} password>`],
  ['a {{resolve:secretsmanager:name:SecretString:k}} b', 'a <name k> b'],
])('reads the secret that %s names', async (reference, expected) => {
  const read = async (id: string, key: string | undefined) => `<${id} ${key ?? 'whole'}>`;
  expect(await resolveReferences({ list: [reference] }, read, place)).toEqual({ list: [expected] });
});

it('refuses a reference to anything else, with its place', async () => {
  const read = async () => '';
  await expect(resolveReferences({ a: ['{{resolve:ssm:x}}'] }, read, place)).rejects.toThrow(
    'app / It / a.0: dynamic reference to ssm is not known here',
  );
});
