// Costs over sizes as an SVG: a row for each kind of size, memory on the left, processor time of a start on the right. The dashed line is what a
// cost would be that grows with the size alone.
const [width, height, gap, left, top] = [340, 120, 70, 70, 60];

/** `rows`: `{ title, points: [{ size, memory, seconds }] }`, the first point at the smallest size. */
export function plot(rows, title) {
  const all = [left * 2 + width * 2 + gap, top + rows.length * (height + gap)];
  const panels = rows.flatMap(({ title: row, points }, at) => {
    const y = top + at * (height + gap);
    return [
      panel({ x: left, y, title: `${row}: private memory (MB)`, points, of: ({ memory }) => memory }),
      panel({
        x: left + width + gap,
        y,
        title: `${row}: CPU of a start (s)`,
        points,
        of: ({ seconds }) => seconds,
      }),
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${all[0]}" height="${all[1]}" viewBox="0 0 ${all[0]} ${all[1]}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="${left}" y="24" font-size="14">${title}</text>
${panels.join('\n')}
</svg>
`;
}

function panel({ x, y, title, points, of }) {
  const largest = points.at(-1).size;
  const most = Math.max(...points.map(of)) * 1.15;
  const place = (size, value) =>
    `${(x + (size / largest) * width).toFixed(1)},${(y + height - (value / most) * height).toFixed(1)}`;
  const line = points.map((point) => place(point.size, of(point)));
  const straight = [points[0], points.at(-1)].map((point) => place(point.size, of(point)));
  const ticks = [0, most / 2, most].map(
    (value) =>
      `<text x="${x - 6}" y="${y + height - (value / most) * height + 4}" text-anchor="end">${short(value)}</text>`,
  );
  const sizes = points
    .filter(({ size }, at) => at === 0 || size >= largest / 8)
    .map(
      ({ size }) =>
        `<text x="${x + (size / largest) * width}" y="${y + height + 15}" text-anchor="middle">${count(size)}</text>`,
    );
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="#999"/>`,
    `<text x="${x}" y="${y - 8}">${title}</text>`,
    ...ticks,
    ...sizes,
    `<polyline fill="none" stroke="#999" stroke-dasharray="4 3" points="${straight.join(' ')}"/>`,
    `<polyline fill="none" stroke="#1f77b4" stroke-width="1.5" points="${line.join(' ')}"/>`,
    ...line.map(
      (point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="2.5" fill="#1f77b4"/>`,
    ),
  ].join('\n');
}

const short = (value) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
const count = (size) =>
  size >= 1_000_000 ? `${size / 1_000_000} M` : size >= 10_000 ? `${size / 1000} k` : String(size);
