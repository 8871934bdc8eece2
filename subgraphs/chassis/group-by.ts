/**
 * The rows of each key, in their order; also an empty list for each of `keys` that has no row. (`Map.groupBy` is not in
 * Node 20.)
 */
export function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string, keys: readonly string[] = []): Map<string, Row[]> {
  const groups = new Map<string, Row[]>(keys.map((key) => [key, []]));
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
