/** Plots drawn as SVG on the server: the same in the page, without script and on paper. Each has its numbers beside it as text. */
import { type Html, html } from '../../html.ts';
import { number } from './page.ts';

/** One bar: parts from the bottom up, each with the class that colours it. */
export interface Bar {
  /** Said under it; left out where there is no room. */
  label: string;
  parts: readonly { look: string; value: number }[];
}

export interface BarPlot {
  /** Names it for who cannot see it; the numbers are in the table. */
  name: string;
  bars: readonly Bar[];
  /** Words for each part, in their order. */
  words: readonly string[];
  /** Heading of the first column of the table. */
  first: string;
}

/** Drawn twice, because letters in an SVG shrink with it: the style sheet shows the one that fits. */
const sizes = [
  { look: 'wide', width: 680, height: 210, labels: 7 },
  { look: 'narrow', width: 340, height: 190, labels: 4 },
] as const;

/** The plot, and its numbers folded under it. */
export function barPlot({ name, bars, words, first }: BarPlot): Html {
  return html`<figure class="plot">${sizes.map((size) => drawing(name, bars, size))}
<details class="data" id="numbers-of-${name.toLowerCase().replaceAll(/\W+/g, '-')}"><summary>Show the numbers</summary><div class="scroll"><table class="numbers"><caption class="unseen">${name}</caption>
<thead><tr><th scope="col">${first}</th>${words.map((word) => html`<th scope="col" class="n">${word}</th>`)}</tr></thead>
<tbody>${bars.map(({ label, parts }) => html`<tr><th scope="row">${label}</th>${parts.map(({ value }) => html`<td class="n">${number(Math.round(value))}</td>`)}</tr>`)}</tbody></table></div></details></figure>`;
}

const edge = { left: 46, right: 4, top: 12, bottom: 26 };

function drawing(name: string, bars: readonly Bar[], { look, width, height, labels }: (typeof sizes)[number]): Html {
  const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const marks = roundMarks(most);
  const top = marks.at(-1) ?? most;
  const floor = height - edge.bottom;
  const y = (value: number): number => floor - (value / top) * (floor - edge.top);
  const step = (width - edge.left - edge.right) / bars.length;
  const every = Math.max(1, Math.ceil(bars.length / labels));
  const grid = marks.map(
    (value) =>
      html`<path class="grid" d="M${edge.left} ${y(value).toFixed(1)}H${width - edge.right}"/><text class="tick end" x="${edge.left - 8}" y="${(y(value) + 4).toFixed(1)}">${number(value)}</text>`,
  );
  const drawn = bars.map(({ label, parts }, index) => {
    const x = edge.left + index * step;
    let base = 0;
    const pieces = parts.map(({ look: part, value }) => {
      const piece =
        value > 0 &&
        html`<rect class="${part}" x="${(x + step * 0.14).toFixed(1)}" width="${(step * 0.72).toFixed(1)}" y="${y(base + value).toFixed(1)}" height="${(y(base) - y(base + value)).toFixed(1)}"/>`;
      base += value;
      return piece;
    });
    const told = index % every === 0 && html`<text class="tick mid" x="${(x + step / 2).toFixed(1)}" y="${height - 8}">${label}</text>`;
    return html`${pieces}${told}`;
  });
  return html`<svg class="${look}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">${grid}${drawn}</svg>`;
}

/** Three or four round values from 0 to what holds `most`. */
function roundMarks(most: number): number[] {
  const rough = most / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? 10 * power);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => Math.round(i * step));
}
