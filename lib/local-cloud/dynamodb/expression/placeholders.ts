import { type AttributeValue, parseValue } from '../attribute-value.ts';
import { invalid } from '../validation.ts';
import type { Tokens } from './tokens.ts';

/** `ExpressionAttributeNames` and `ExpressionAttributeValues` of a request, and which of them its expressions used. */
export class Placeholders {
  readonly #names: ReadonlyMap<string, string>;
  readonly #values: ReadonlyMap<string, AttributeValue>;
  readonly #used = new Set<string>();

  /** @throws AwsError for keys or values that are not well formed */
  constructor(
    names: Readonly<Record<string, string>> | undefined,
    values: Readonly<Record<string, unknown>> | undefined,
  ) {
    this.#names = new Map(entries('ExpressionAttributeNames', '#', names));
    this.#values = new Map(
      entries('ExpressionAttributeValues', ':', values).map(([key, value]) => {
        try {
          return [key, parseValue(value)];
        } catch (error) {
          throw invalid(`ExpressionAttributeValues contains invalid value: ${(error as Error).message} for key ${key}`);
        }
      }),
    );
  }

  name(tokens: Tokens, key: string): string {
    const name = this.#names.get(key);
    if (name === undefined) {
      throw tokens.error(
        `An expression attribute name used in the document path is not defined; attribute name: ${key}`,
      );
    }
    this.#used.add(key);
    return name;
  }

  value(tokens: Tokens, key: string): AttributeValue {
    const value = this.#values.get(key);
    if (value === undefined) {
      throw tokens.error(`An expression attribute value used in expression is not defined; attribute value: ${key}`);
    }
    this.#used.add(key);
    return value;
  }

  /** Called when all expressions are read. @throws AwsError naming what none of them used */
  checkUsed(hasExpression: boolean): void {
    for (const [parameter, all] of [
      ['ExpressionAttributeNames', this.#names],
      ['ExpressionAttributeValues', this.#values],
    ] as const) {
      if (all.size > 0 && !hasExpression) throw invalid(`${parameter} can only be specified when using expressions`);
      const unused = [...all.keys()].filter((key) => !this.#used.has(key));
      if (unused.length > 0) {
        throw invalid(`Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`);
      }
    }
  }
}

function entries<T>(parameter: string, sign: string, given: Readonly<Record<string, T>> | undefined): [string, T][] {
  if (given === undefined) return [];
  const all = Object.entries(given);
  if (all.length === 0) throw invalid(`${parameter} must not be empty`);
  const wrong = all.find(([key]) => !/^.[A-Za-z0-9_]+$/.test(key) || key[0] !== sign);
  if (wrong !== undefined) throw invalid(`${parameter} contains invalid key: Syntax error; key: "${wrong[0]}"`);
  return all;
}
