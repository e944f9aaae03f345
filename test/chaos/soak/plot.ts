import type { Sample } from './sample.ts';

interface Line {
  label: string;
  color: string;
  of: (sample: Sample) => number | undefined;
}
interface Panel {
  title: string;
  isLogarithmic?: boolean;
  lines: Line[];
}

const MiB = 2 ** 20;
const [blue, orange, green, red, grey] = ['#1f77b4', '#e6550d', '#2ca02c', '#d62728', '#7f7f7f'];

const panels: Panel[] = [
  {
    title: 'memory, MiB',
    lines: [
      { label: 'RSS', color: blue, of: ({ rss }) => rss / MiB },
      { label: 'heap, pipeline', color: orange, of: ({ heap_pipeline: heap }) => heap / MiB },
      { label: 'heap, main', color: green, of: ({ heap_main: heap }) => heap / MiB },
      { label: 'external', color: grey, of: ({ external }) => external / MiB },
    ],
  },
  {
    title: 'handles',
    lines: [
      { label: 'open files', color: blue, of: (sample) => sample.open_files },
      { label: 'handles of Node', color: orange, of: ({ handles }) => handles },
      { label: 'threads with JavaScript', color: grey, of: ({ threads }) => threads },
    ],
  },
  {
    title: 'data folder, MiB',
    lines: [{ label: 'on the disk', color: blue, of: ({ disk }) => disk / MiB }],
  },
  {
    title: 'latency, ms',
    isLogarithmic: true,
    lines: [
      { label: '202, p50', color: blue, of: (sample) => sample.accepted_p50 },
      { label: '202, p99', color: green, of: (sample) => sample.accepted_p99 },
      { label: 'queryable, p50', color: orange, of: (sample) => sample.queryable_p50 },
      { label: 'queryable, p99', color: red, of: (sample) => sample.queryable_p99 },
    ],
  },
  {
    title: 'events in the queue',
    lines: [{ label: 'pending', color: blue, of: ({ pending }) => pending }],
  },
];

const size = { width: 960, left: 70, right: 170, height: 130, gap: 40, top: 40 };
const shades: Record<string, string> = {
  drift: '#fff3d6',
  faults: '#fde0dd',
  'drift and faults': '#e7d4e8',
};

/** An SVG with a panel for each kind of figure, over the same time, shaded by what went on. */
export function plot(samples: readonly Sample[], title: string): string {
  const end = Math.max(samples.at(-1)!.seconds, 1);
  const inner = size.width - size.left - size.right;
  const x = (seconds: number) => size.left + (seconds / end) * inner;
  const height = size.top + panels.length * (size.height + size.gap);
  const parts = panels.map((panel, index) =>
    drawPanel(panel, samples, x, size.top + index * (size.height + size.gap)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${height}" viewBox="0 0 ${size.width} ${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="${size.left}" y="20" font-size="14">${title} (shaded: drift, faults, both)</text>
${parts.join('\n')}
</svg>
`;
}

function drawPanel(
  { title, lines, isLogarithmic = false }: Panel,
  samples: readonly Sample[],
  x: (seconds: number) => number,
  top: number,
): string {
  const scale = (value: number) => (isLogarithmic ? Math.log10(Math.max(value, 1)) : value);
  const values = samples.flatMap((sample) => lines.map(({ of }) => scale(of(sample) ?? 0)));
  const most = Math.max(...values, 1) * 1.05;
  const y = (value: number) => (top + size.height - (scale(value) / most) * size.height).toFixed(1);
  const shading = samples.map(({ phase, seconds }, index) => {
    const from = x(samples[index - 1]?.seconds ?? 0);
    const fill = shades[phase];
    return fill === undefined
      ? ''
      : `<rect x="${from.toFixed(1)}" y="${top}" width="${(x(seconds) - from).toFixed(1)}" height="${size.height}" fill="${fill}"/>`;
  });
  const ticks = [0, 0.5, 1].map((share) => {
    const value = isLogarithmic ? 10 ** (share * most) : share * most;
    return `<text x="${size.left - 6}" y="${top + size.height - share * size.height + 4}" text-anchor="end">${value < 10 ? value.toFixed(1) : Math.round(value)}</text>`;
  });
  const curves = lines.map(({ label, color, of }, index) => {
    const points = samples.flatMap((sample) => {
      const value = of(sample);
      return value === undefined ? [] : [`${x(sample.seconds).toFixed(1)},${y(value)}`];
    });
    const right = size.width - size.right + 10;
    return `<polyline fill="none" stroke="${color}" stroke-width="1.2" points="${points.join(' ')}"/><text x="${right}" y="${top + 14 + index * 16}" fill="${color}">${label}</text>`;
  });
  const frame = `<rect x="${size.left}" y="${top}" width="${size.width - size.left - size.right}" height="${size.height}" fill="none" stroke="#999"/>`;
  const minutes = Math.round(samples.at(-1)!.seconds / 60);
  const axis = `<text x="${size.width - size.right}" y="${top + size.height + 14}" text-anchor="end">${minutes} min</text>`;
  return [
    ...shading,
    frame,
    `<text x="${size.left}" y="${top - 6}">${title}</text>`,
    ...ticks,
    axis,
    ...curves,
  ].join('\n');
}
