/** One place of a text that a rule found. UTF-16 offsets, the end excluded. */
export interface Found<Name extends string = string> {
  readonly rule: Name;
  readonly start: number;
  readonly end: number;
  /** What a text in its place must stand in, where it is a bare value of JSON. */
  readonly quote?: string;
}
