// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { describe, expect, it } from 'vitest';
import { resolve, resolveCondition, type Scope } from '../../../../lib/local-cloud/template/intrinsics.ts';

const place = { stack: 'app', logicalId: 'It', path: 'Properties.X' };

const scope: Scope = {
  ref: (name) => ({ Name: 'value', 'AWS::Region': 'eu-west-1' })[name] ?? `ref:${name}`,
  getAtt: (logicalId, attribute) => `${logicalId}#${attribute}`,
  importValue: (name) => `import:${name}`,
  condition: (name) => name === 'Yes',
  findInMap: (map, first, second) => `${map}/${first}/${second}`,
  availabilityZones: (region) => [`${region}a`, `${region}b`],
};

describe('an intrinsic', () => {
  it.each<[string, unknown, unknown]>([
    ['Ref', { Ref: 'Name' }, 'value'],
    [
      'Ref inside lists and objects',
      { a: [{ b: { Ref: 'Name' } }, 1, true, null] },
      { a: [{ b: 'value' }, 1, true, null] },
    ],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table#Arn'],
    ['Fn::GetAtt with a dotted attribute', { 'Fn::GetAtt': ['Function', 'Meta.Arn'] }, 'Function#Meta.Arn'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Function.Meta.Arn' }, 'Function#Meta.Arn'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 3]] }, 'a-value-3'],
    ['Fn::Join over a split', { 'Fn::Join': ['', { 'Fn::Split': [',', 'x,y'] }] }, 'xy'],
    ['Fn::Sub', { 'Fn::Sub': '${Name}/${Table.Arn}/${!Kept}' }, 'value/Table#Arn/${Kept}'],
    ['Fn::Sub with variables of its own', { 'Fn::Sub': ['${Own}-${Name}', { Own: { Ref: 'Name' } }] }, 'value-value'],
    ['Fn::Select', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['Fn::ImportValue', { 'Fn::ImportValue': 'data:Arn' }, 'import:data:Arn'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Map', { Ref: 'Name' }, 'key'] }, 'Map/value/key'],
    ['Fn::Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['Fn::GetAZs of the region', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b']],
    ['Fn::If that holds', { 'Fn::If': ['Yes', { Ref: 'Name' }, 'no'] }, 'value'],
    ['Fn::If that does not', { 'Fn::If': ['No', 'yes', { 'Fn::Base64': 'no' }] }, 'bm8='],
    ['AWS::NoValue in an object', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
    ['AWS::NoValue in a list, by Fn::If', [1, { 'Fn::If': ['No', 2, { Ref: 'AWS::NoValue' }] }], [1]],
    ['Condition as a key of a policy', { Condition: { Bool: {} } }, { Condition: { Bool: {} } }],
  ])('%s', (_name, value, expected) => {
    expect(resolve(value, scope, place)).toEqual(expected);
  });

  it.each<[unknown, string]>([
    [{ 'Fn::Transform': {} }, 'app / It / Properties.X: intrinsic Fn::Transform is not known here'],
    [{ 'Fn::Select': [7, ['a']] }, 'app / It / Properties.X.Fn::Select: no item 7 in a list of 1'],
    [{ 'Fn::Join': ['-'] }, 'app / It / Properties.X.Fn::Join: expected two items, got 1'],
    [
      { 'Fn::Join': ['-', [{ a: 1, b: 2 }]] },
      'app / It / Properties.X.Fn::Join: expected a text or a number, got {"a":1,"b":2}',
    ],
    [{ deep: [{ Ref: 3 }] }, 'app / It / Properties.X.deep.0.Ref: expected a text, got 3'],
  ])('that cannot be resolved says where it stands: %j', (value, message) => {
    expect(() => resolve(value, scope, place)).toThrow(message);
  });
});

describe('a condition', () => {
  it.each<[unknown, boolean]>([
    [{ 'Fn::Equals': [{ Ref: 'Name' }, 'value'] }, true],
    [{ 'Fn::Equals': ['1', 2] }, false],
    [{ 'Fn::Not': [{ Condition: 'Yes' }] }, false],
    [{ 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, false],
    [{ 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] }, true],
  ])('%j is %s', (condition, expected) => {
    expect(resolveCondition(condition, scope, place)).toBe(expected);
  });

  it('of an unknown kind is refused', () => {
    expect(() => resolveCondition({ 'Fn::Contains': [] }, scope, place)).toThrow(
      'condition Fn::Contains is not known here',
    );
  });
});
