import type { AttributeValue } from '../core/log-record.ts';

/** Attributes while they are gathered. */
export type Gathered = Record<string, AttributeValue>;

/** Sets an attribute of any name; `__proto__` is a name like all others. */
export function putAttribute(attributes: Gathered, name: string, value: AttributeValue): void {
  if (name === '__proto__')
    Object.defineProperty(attributes, name, { value, enumerable: true, configurable: true, writable: true });
  else attributes[name] = value;
}

/** Adds an attribute whose name may come again: values of the same name are gathered in a list. */
export function addAttribute(attributes: Gathered, name: string, value: AttributeValue): void {
  const before = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (before === undefined) putAttribute(attributes, name, value);
  else putAttribute(attributes, name, Array.isArray(before) ? [...before, value] : [before, value]);
}
