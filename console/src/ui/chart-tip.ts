import type uPlot from 'uplot';
import type { Line } from './chart-line.ts';

/** The values at the pointer, in a box beside it. */
export function chartTip(lines: () => readonly Line[], format: (value: number) => string): uPlot.Plugin {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  box.hidden = true;
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left = -1 } = plot.cursor;
        box.hidden = idx === null || idx === undefined || left < 0;
        if (box.hidden) return;
        const time = document.createElement('time');
        time.textContent = new Date(plot.data[0][idx!]! * 1000).toTimeString().slice(0, 8);
        box.replaceChildren(time, ...lines().map((line) => rowOf(line, line.values[idx!] ?? null, format)));
        const isRight = left > plot.over.clientWidth / 2;
        box.style.left = isRight ? '' : `${left + 12}px`;
        box.style.right = isRight ? `${plot.over.clientWidth - left + 12}px` : '';
      },
    },
  };
}

function rowOf(
  { label, tone }: Line,
  value: number | null,
  format: (value: number) => string,
): HTMLDivElement {
  const row = document.createElement('div');
  const dot = document.createElement('span');
  dot.className = 'dot';
  dot.style.background = `var(--${tone})`;
  const name = document.createElement('span');
  name.textContent = label;
  const figure = document.createElement('b');
  figure.textContent = value === null ? '–' : format(value);
  row.append(dot, name, figure);
  return row;
}
