// What each of many things costs: private memory and the start of a service with more and more of them; --svg draws it.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { costs } from '../growth/costs.mjs';
import { plot } from '../growth/plot.mjs';

const shares = [0, 0.25, 0.5, 1];

export async function run({ figures, options }) {
  const rows = [];
  for (const { name, most, measure } of costs) {
    if (options.growing !== undefined && !name.includes(options.growing)) continue;
    const sizes = shares.map((share) => Math.round(most * options.scale * share));
    console.error(`growth: ${name}, up to ${sizes.at(-1)}`);
    const points = await measure(sizes);
    rows.push({ title: name, points });
    for (const { size, memory, seconds } of points) {
      figures.record(`${name}, ${size}: private memory (MB)`, memory);
      figures.record(`${name}, ${size}: CPU of a start (s)`, seconds);
    }
    recordExponent(figures, `${name}: memory grows with the power`, points, ({ memory }) => memory, 8);
    recordExponent(figures, `${name}: start grows with the power`, points, ({ seconds }) => seconds, 0.3);
  }
  if (options.svg !== undefined)
    writeFileSync(
      options.svg,
      plot(rows, `Data Sentinel, ${cpus().length} × ${cpus()[0].model}, Node ${process.version}`),
    );
}

/** 1 is linear. Nothing is recorded where the cost hardly grows, as then it says nothing. */
function recordExponent(figures, name, points, of, least) {
  const [none, , half, all] = points.map(of);
  if (half - none > least) figures.record(name, Math.log2((all - none) / (half - none)));
}
