/** What the database promises to be there. @throws a defect when it is not, with the id and never the data */
export function present<Value>(value: Value | null | undefined, noun: string, id: string): Value {
  if (value === null || value === undefined) throw new Error(`no ${noun} for ${id}`);
  return value;
}
