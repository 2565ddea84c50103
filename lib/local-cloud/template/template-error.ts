/** A template that cannot be run here: names the stack, the logical id and the path of what is not known. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  constructor(place: Place, problem: string) {
    super(`${[place.stack, place.logicalId, place.path].filter(Boolean).join(' / ')}: ${problem}`);
  }
}

/** Where in the assembly something stands. `path` is dotted, for example `Properties.Code.S3Key`. */
export interface Place {
  readonly stack: string;
  readonly logicalId?: string;
  readonly path?: string;
}

/** The place one step further in. */
export function within(place: Place, step: string | number): Place {
  return {
    ...place,
    path: place.path === undefined || place.path === '' ? String(step) : `${place.path}.${step}`,
  };
}
