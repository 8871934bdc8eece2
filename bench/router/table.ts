import type { ThroughputResult, ThroughputRow } from './throughput.ts';

type Cell = string | number | null;

/** Lines of a plain table: the first column to the left, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [head, ...rows].map((row) => row.map((cell) => (cell === null ? '–' : String(cell))));
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  const [first = [], ...others] = texts;
  return [line(first), widths.map((width) => '-'.repeat(width)).join('  '), ...others.map(line)].join('\n');
}

const references = ['bare', 'hive-rust', 'stock'] as const;

export function throughputTable({ rows, absent, answerBytes, callers }: ThroughputResult): string {
  const head = [
    `${(answerBytes / 1000).toFixed(0)} kB answer, ${callers} callers`,
    'req/s',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'CPU ms/req',
    'subgraph req',
    'repr.',
    'distinct',
    'RSS MB',
    'failures',
    ...references.map((id) => `× ${id}`),
  ];
  const main = rows.filter(({ shares }) => !shares);
  const sharing = rows.filter(({ shares }) => shares);
  const cells = (row: ThroughputRow): Cell[] => [
    row.title,
    row.requestsPerSecond.toFixed(1),
    row.p50.toFixed(0),
    row.p95.toFixed(0),
    row.p99.toFixed(0),
    row.cpuMsPerRequest?.toFixed(2) ?? null,
    row.subgraphRequests.toFixed(1),
    row.representations.toFixed(0),
    row.distinctRepresentations.toFixed(0),
    row.rssMegabytes?.toFixed(0) ?? null,
    row.failures,
    ...references.map((id) => ratioTo(rows, id, row)),
  ];
  return [
    table(head, main.map(cells)),
    ...(sharing.length > 0
      ? ['', 'Where identical concurrent work is shared (not to be compared with the rows above):', table(head, sharing.map(cells))]
      : []),
    ...absent.map(({ title, reason }) => `\n${title} did not take part: ${firstLines(reason)}`),
  ].join('\n');
}

function ratioTo(rows: readonly ThroughputRow[], id: string, row: ThroughputRow): string | null {
  const reference = rows.find((candidate) => candidate.id === id);
  return reference ? (row.requestsPerSecond / reference.requestsPerSecond).toFixed(2) : null;
}

const firstLines = (text: string): string => text.split('\n').filter(Boolean).slice(0, 6).join('\n  ');
