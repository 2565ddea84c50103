import { type Place, TemplateError, within } from './template-error.ts';

/**
 * What the local cloud makes of a property: `used` has a local effect with everything in it, `ignored` has none
 * (it speaks of size, cost, encryption or operation in the account), an object lists what is inside. Lists have the shape of their items.
 */
export type Shape = 'used' | 'ignored' | { readonly [property: string]: Shape };

/** @throws TemplateError for the first property that the shape does not name */
export function checkShape(value: unknown, shape: Shape, place: Place): void {
  if (typeof shape === 'string' || value === undefined || value === null) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      checkShape(item, shape, within(place, index));
    });
    return;
  }
  if (typeof value !== 'object') throw new TemplateError(place, `expected an object, got ${JSON.stringify(value)}`);
  for (const [property, inner] of Object.entries(value)) {
    const known = shape[property];
    if (known === undefined || !Object.hasOwn(shape, property)) {
      throw new TemplateError(within(place, property), `property ${property} is not known to the local cloud`);
    }
    checkShape(inner, known, within(place, property));
  }
}
