import { barPanel, linePanel, panelWidth } from './panels.ts';
import type { Panel } from './panels.ts';
import type { Results } from './results.ts';

/** All that was measured as one SVG picture. */
export function asSvg({ throughput, start, sizes, subgraphs, mixed }: Results): string {
  const panels: Panel[] = [];
  const add = (panel: Panel) => panels.push(panel);
  if (throughput) {
    const { rows, answerBytes, callers } = throughput.result;
    const main = rows.filter(({ shares }) => !shares);
    const query = `${(answerBytes / 1000).toFixed(0)} kB answer, ${callers} callers`;
    const bars = (of: typeof rows, value: (row: (typeof rows)[number]) => number | null) =>
      of.map((row) => ({ id: row.id, label: row.title, value: value(row) }));
    add(
      barPanel(
        `Requests per second (${query})`,
        bars(main, (row) => row.requestsPerSecond),
      ),
    );
    add(
      barPanel(
        `CPU of the router, ms per request (${query}; less is better)`,
        bars(main, (row) => row.cpuMsPerRequest),
      ),
    );
    const sharing = rows.filter(({ shares }) => shares);
    if (sharing.length > 0)
      add(
        barPanel(
          'Requests per second where identical concurrent work is shared',
          bars(sharing, (row) => row.requestsPerSecond),
        ),
      );
  }
  if (start)
    add(
      barPanel(
        'Start to first answer, ms (less is better)',
        start.result.map(({ router, firstAnswerMs }) => ({ id: router, label: router, value: firstAnswerMs })),
      ),
    );
  if (mixed)
    add(
      barPanel(
        'Requests per second, 200 different documents',
        mixed.result.map(({ router, requestsPerSecond }) => ({ id: router, label: router, value: requestsPerSecond })),
      ),
    );
  if (sizes)
    add(
      linePanel(
        'CPU ms per request against answer size in kB (both logarithmic)',
        sizes.result.map((row) => ({ id: row.router, x: row.answerBytes / 1000, y: row.cpuMsPerRequest })),
      ),
    );
  if (subgraphs)
    add(
      linePanel(
        'CPU ms per request against number of subgraphs (both logarithmic)',
        subgraphs.result.map((row) => ({ id: row.router, x: row.subgraphs, y: row.cpuMsPerRequest })),
      ),
    );

  let top = 16;
  const placed = panels.map(({ height, body }) => {
    const group = `<g transform="translate(16 ${top})">${body}</g>`;
    top += height + 28;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panelWidth + 32} ${top}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
${placed.join('\n')}
</svg>
`;
}
