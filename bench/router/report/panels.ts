/** A part of the picture, drawn from its own upper left corner. */
export interface Panel {
  readonly height: number;
  readonly body: string;
}

export const panelWidth = 760;

const labelWidth = 250;
const rowHeight = 24;
const plotHeight = 220;

const colourOf = (id: string): string => {
  if (id.startsWith('ours')) return '#0b7a75';
  if (id.startsWith('hive-rust')) return '#c8553d';
  if (id.startsWith('hive')) return '#e09f3e';
  if (id === 'stock') return '#5b5f97';
  return '#8a8d91';
};

/** One horizontal bar for each value; those without a value are left out. */
export function barPanel(
  title: string,
  bars: readonly { readonly id: string; readonly label: string; readonly value: number | null }[],
): Panel {
  const known = bars.flatMap(({ value, ...bar }) => (value === null ? [] : [{ ...bar, value }]));
  const longest = Math.max(...known.map(({ value }) => value), Number.MIN_VALUE);
  const room = panelWidth - labelWidth - 80;
  const drawn = known.map(({ id, label, value }, index) => {
    const y = 24 + index * rowHeight;
    const length = (value / longest) * room;
    return (
      text(labelWidth - 8, y + 14, label, 'text-anchor="end"') +
      `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="18" fill="${colourOf(id)}"/>` +
      text(labelWidth + length + 6, y + 14, short(value))
    );
  });
  return { height: 24 + known.length * rowHeight, body: heading(title) + drawn.join('') };
}

/** One line for each id, both axes logarithmic. */
export function linePanel(title: string, points: readonly { readonly id: string; readonly x: number; readonly y: number | null }[]): Panel {
  const known = points.flatMap(({ y, ...point }) => (y === null || y <= 0 ? [] : [{ ...point, y }]));
  const across = logScale(
    known.map(({ x }) => x),
    60,
    panelWidth - 150,
  );
  const up = logScale(
    known.map(({ y }) => y),
    24 + plotHeight,
    34,
  );
  const lines = [...new Set(known.map(({ id }) => id))].map((id) => {
    const own = known.filter((point) => point.id === id).toSorted((left, right) => left.x - right.x);
    const places = own.map(({ x, y }) => ({ left: across(x), top: up(y), y }));
    const last = places.at(-1);
    return (
      `<polyline fill="none" stroke="${colourOf(id)}" stroke-width="2" points="${places.map(({ left, top }) => `${left.toFixed(1)},${top.toFixed(1)}`).join(' ')}"/>` +
      places
        .map(
          ({ left, top, y }) =>
            `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="3" fill="${colourOf(id)}"><title>${id}: ${short(y)}</title></circle>`,
        )
        .join('') +
      (last ? text(last.left + 8, last.top + 4, `${id} ${short(last.y)}`, `fill="${colourOf(id)}"`) : '')
    );
  });
  const bottom = 24 + plotHeight;
  const ticks = [...new Set(known.map(({ x }) => short(x)))].map((label) =>
    text(across(Number(label)), bottom + 22, label, 'text-anchor="middle" fill="#555"'),
  );
  const axis = `<line x1="60" y1="${bottom + 6}" x2="${panelWidth - 150}" y2="${bottom + 6}" stroke="#999"/>`;
  return { height: bottom + 26, body: heading(title) + axis + ticks.join('') + lines.join('') };
}

function logScale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [least, most] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => (most === least ? from : from + ((Math.log(value) - least) / (most - least)) * (to - from));
}

const heading = (title: string): string => text(0, 12, title, 'font-weight="600"');

const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;

const short = (value: number): string =>
  (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)).replace(/\.0+$/, '');
