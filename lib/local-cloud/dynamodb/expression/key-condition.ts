import { type AttributeValue, typeOf } from '../attribute-value.ts';
import { afterPrefix, toKeyBytes } from '../sort-order.ts';
import type { KeySchema } from '../table.ts';
import { invalid, invalidParameter } from '../validation.ts';
import { type Comparator, type Condition, parseCondition } from './condition.ts';
import type { Placeholders } from './placeholders.ts';

/** One partition and a stretch of its sort keys; bounds as sortable bytes. */
export interface KeyRange {
  readonly hash: AttributeValue;
  readonly lower?: { readonly bytes: Buffer; readonly inclusive: boolean } | undefined;
  readonly upper?: { readonly bytes: Buffer; readonly inclusive: boolean } | undefined;
}

type Bounds = Pick<KeyRange, 'lower' | 'upper'>;

/** Parses a `KeyConditionExpression` for a table or index with `schema`. @throws AwsError */
export function parseKeyCondition(text: string, placeholders: Placeholders, schema: KeySchema): KeyRange {
  const terms = conjuncts(parseCondition('KeyConditionExpression', text, placeholders));
  const [hashTerm, ...moreHash] = terms.filter(({ name }) => name === schema.hash.name);
  if (hashTerm === undefined) throw invalid(`Query condition missed key schema element: ${schema.hash.name}`);
  if (moreHash.length > 0) throw invalid('KeyConditionExpressions must only contain one condition per key');
  if (hashTerm.operator !== '=') throw invalid('Query key condition not supported');
  const [rangeTerm, ...more] = terms.filter((term) => term !== hashTerm);
  const stray = [rangeTerm, ...more].find((term) => term !== undefined && term.name !== schema.range?.name);
  if (stray !== undefined) {
    throw invalid(
      schema.range === undefined
        ? 'Query key condition not supported'
        : `Query condition missed key schema element: ${schema.range.name}`,
    );
  }
  if (more.length > 0) throw invalid('KeyConditionExpressions must only contain one condition per key');
  for (const { name, values } of terms) {
    const wanted = name === schema.hash.name ? schema.hash.type : schema.range?.type;
    if (values.some((value) => typeOf(value) !== wanted)) {
      throw invalidParameter('Condition parameter type does not match schema type');
    }
    if (values.some((value) => ('S' in value && value.S === '') || ('B' in value && value.B === ''))) {
      throw invalid(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
      );
    }
  }
  const [hash] = hashTerm.values;
  if (hash === undefined) throw invalid('Query key condition not supported');
  return { hash, ...(rangeTerm === undefined ? {} : toBounds(rangeTerm)) };
}

interface Term {
  readonly name: string;
  readonly operator: Comparator | 'between' | 'begins_with';
  readonly values: readonly AttributeValue[];
}

function conjuncts(condition: Condition): readonly Term[] {
  if (condition.kind === 'and') return [...conjuncts(condition.left), ...conjuncts(condition.right)];
  const [operator, path, ...operands] =
    condition.kind === 'compare'
      ? ([condition.comparator, condition.left, condition.right] as const)
      : condition.kind === 'between'
        ? (['between', condition.operand, condition.lower, condition.upper] as const)
        : condition.kind === 'begins_with'
          ? (['begins_with', condition.operand, condition.part] as const)
          : ([undefined] as const);
  if (operator === undefined || operator === '<>') {
    const shown = condition.kind === 'compare' ? condition.comparator : condition.kind.toUpperCase();
    throw invalid(`Invalid operator used in KeyConditionExpression: ${shown}`);
  }
  if (path?.kind !== 'path' || path.path.length !== 1) {
    throw invalid('KeyConditionExpressions cannot have conditions on nested attributes');
  }
  const values = operands.map((operand) => {
    if (operand.kind === 'value') return operand.value;
    throw invalid('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
  });
  return [{ name: path.path[0], operator, values }];
}

function toBounds({ operator, values }: Term): Bounds {
  const [first = Buffer.alloc(0), second = first] = values.map(toKeyBytes);
  const [at, beyond] = [
    { bytes: first, inclusive: true },
    { bytes: first, inclusive: false },
  ];
  switch (operator) {
    case '=':
      return { lower: at, upper: at };
    case '<':
      return { upper: beyond };
    case '<=':
      return { upper: at };
    case '>':
      return { lower: beyond };
    case '>=':
      return { lower: at };
    case 'between':
      return { lower: at, upper: { bytes: second, inclusive: true } };
    case 'begins_with': {
      if (values.some((value) => 'N' in value)) {
        throw invalid(
          'Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
        );
      }
      const end = afterPrefix(first);
      return { lower: at, upper: end && { bytes: end, inclusive: false } };
    }
    default:
      throw invalid('Query key condition not supported');
  }
}
