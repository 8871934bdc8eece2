import { contestants } from '../contestants.ts';
import type { ThroughputResult, ThroughputRow } from '../parts/throughput.ts';
import type { Results } from './results.ts';
import { table } from './table.ts';

const references = ['bare', 'hive-rust', 'stock'] as const;

/** All that was measured, as tables. */
export function asText({ throughput, start, sizes, subgraphs, mixed }: Results): string {
  const parts: string[] = [];
  if (throughput) parts.push(throughputText(throughput.result));
  if (start)
    parts.push(
      table(
        ['Start to first answer', 'ms', 'RSS MB'],
        start.result.map((row) => [titleOf(row.router), row.firstAnswerMs.toFixed(0), fixed(row.rssMegabytes, 0)]),
      ),
    );
  if (sizes)
    parts.push(
      table(
        ['Answer size (8 callers)', 'kB', ...cost.head],
        sizes.result.map((row) => [titleOf(row.router), (row.answerBytes / 1000).toFixed(1), ...cost.cells(row)]),
      ),
    );
  if (subgraphs)
    parts.push(
      table(
        ['Number of subgraphs (20 callers)', 'subgraphs', ...cost.head],
        subgraphs.result.map((row) => [titleOf(row.router), row.subgraphs, ...cost.cells(row)]),
      ),
    );
  if (mixed)
    parts.push(
      table(
        ['200 different documents (50 callers)', 'cold req/s', 'cold p50 ms', 'cold p99 ms', ...cost.head],
        mixed.result.map((row) => [
          titleOf(row.router),
          row.first.requestsPerSecond.toFixed(0),
          row.first.p50.toFixed(1),
          row.first.p99.toFixed(1),
          ...cost.cells(row),
        ]),
      ),
    );
  return parts.join('\n\n');
}

function throughputText({ rows, absent, answerBytes, callers }: ThroughputResult): string {
  const head = (first: string) => [first, ...cost.head, 'repr.', 'distinct', 'RSS MB'];
  const cells = (row: ThroughputRow) => [
    row.title,
    ...cost.cells(row),
    row.representations.toFixed(0),
    row.distinctRepresentations.toFixed(0),
    fixed(row.rssMegabytes, 0),
  ];
  const main = rows.filter(({ shares }) => !shares);
  const sharing = rows.filter(({ shares }) => shares);
  return [
    table(head(`${(answerBytes / 1000).toFixed(0)} kB answer, ${callers} callers`), main.map(cells)),
    table(
      ['Compared', ...references.flatMap((id) => [`req/s × ${id}`, `CPU × ${id}`])],
      main.map((row) => [
        row.title,
        ...references.flatMap((id) =>
          ratios(
            row,
            rows.find((other) => other.id === id),
          ),
        ),
      ]),
    ),
    ...(sharing.length > 0 ? [table(head('Sharing identical concurrent work: not comparable with the above'), sharing.map(cells))] : []),
    ...absent.map(({ title, reason }) => `${title} did not take part: ${reason}`),
  ].join('\n\n');
}

type CostRow = Pick<ThroughputRow, 'requestsPerSecond' | 'p50' | 'p95' | 'p99' | 'cpuMsPerRequest' | 'subgraphRequests' | 'failures'>;

const cost = {
  head: ['req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms/req', 'subgraph req', 'failures'],
  cells: (row: CostRow) => [
    row.requestsPerSecond.toFixed(1),
    row.p50.toFixed(1),
    row.p95.toFixed(1),
    row.p99.toFixed(1),
    fixed(row.cpuMsPerRequest, 2),
    row.subgraphRequests.toFixed(1),
    row.failures,
  ],
};

/** Of requests per second, where more is better, and of CPU per request, where less is. */
function ratios(row: ThroughputRow, reference: ThroughputRow | undefined): [string | null, string | null] {
  if (!reference) return [null, null];
  const cpu = row.cpuMsPerRequest !== null && reference.cpuMsPerRequest ? row.cpuMsPerRequest / reference.cpuMsPerRequest : null;
  return [(row.requestsPerSecond / reference.requestsPerSecond).toFixed(2), fixed(cpu, 2)];
}

const fixed = (value: number | null, digits: number): string | null => value?.toFixed(digits) ?? null;

const titleOf = (id: string): string => contestants.find((contestant) => contestant.id === id)?.title ?? id;
