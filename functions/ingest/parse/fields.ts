const FIELD = /"((?:[^"\\]|\\.)*)"(?= |$)|(\S+)/gy;

/** The fields of a line that separates them by one blank and quotes those that hold blanks. */
export function splitFields(line: string): string[] {
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (let match = FIELD.exec(line); match !== null; match = FIELD.exec(line)) {
    fields.push(match[1] ?? match[2] ?? '');
    FIELD.lastIndex++;
  }
  return fields;
}
