import { z } from 'zod';

/** A JSON Schema of draft 2020-12, which OpenAPI 3.1 takes as it is. */
export type JsonSchema = { [keyword: string]: unknown };

const SCHEMAS = '#/components/schemas/';
const ANYTHING = new Set(['any', 'unknown']);

/** Turns schemas into JSON Schema and keeps those that have an id, each once. */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {};

  /** @returns a reference to a schema with an id, else the schema itself. @throws Error for what JSON Schema cannot say */
  add(schema: z.ZodType): JsonSchema {
    const { root, definitions } = toJsonSchema(schema);
    Object.assign(this.components, definitions);
    return root;
  }

  /** Members of an object's schema, with the names of those that must be there. The object itself is not kept. */
  members(schema: z.ZodType): {
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly required: readonly string[];
    readonly rest: JsonSchema;
  } {
    const { root, definitions } = toJsonSchema(schema);
    const name = String(root.$ref ?? '').replace(SCHEMAS, '');
    const { [name]: named, ...others } = definitions;
    Object.assign(this.components, others);
    const { properties = {}, required = [], ...rest } = named ?? root;
    return { properties: properties as Record<string, JsonSchema>, required: required as string[], rest };
  }
}

function toJsonSchema(schema: z.ZodType): { root: JsonSchema; definitions: Record<string, JsonSchema> } {
  const whole = z.toJSONSchema(schema, {
    // what a client writes and reads: values before any default or conversion of ours
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { type } = zodSchema._zod.def;
      if (type === 'bigint') jsonSchema.type = 'integer';
      else if (Object.keys(jsonSchema).length === 0 && !ANYTHING.has(type))
        throw new Error(`a schema of type "${type}" has no JSON Schema`);
    },
  });
  const {
    $schema: _,
    $defs: definitions = {},
    ...root
  } = JSON.parse(JSON.stringify(whole).replaceAll('"#/$defs/', `"${SCHEMAS}`));
  return { root, definitions };
}
