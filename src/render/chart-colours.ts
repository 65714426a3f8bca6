/** The colours of charts: the house's teal by its depth, and lines that differ by more than their colour. */

export const ink = '#14242c';
export const soft = '#4b5d65';
export const pale = '#e9f1f1';
export const mid = '#8fbcbe';
export const deep = '#0a656c';

/** Lines of a chart, in order: at least 3 to 1 on white (WCAG 2.2, 1.4.11), told apart by their dashes as well, for whoever sees no difference in hue. */
export const lines = [
  { colour: deep, dash: [1, 0] },
  { colour: '#b3541e', dash: [7, 3] },
  { colour: '#5b4b9a', dash: [2, 3] },
  { colour: '#75761f', dash: [10, 3, 2, 3] },
  { colour: ink, dash: [4, 2] },
  { colour: '#a0306a', dash: [12, 4] },
] as const;

function channels(colour: string): [number, number, number] {
  const at = (i: number) => Number.parseInt(colour.slice(i, i + 2), 16);
  return [at(1), at(3), at(5)];
}

/** The colour `share` of the way from one to the other, as `#rrggbb`. */
export function blend(from: string, to: string, share: number): string {
  const end = channels(to);
  return `#${channels(from)
    .map((value, i) =>
      Math.round(value + ((end[i] ?? 0) - value) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Black or white, whichever stands out more on a colour: at least 4.5 to 1 on any (WCAG 2.2, 1.4.3). Ink would reach 4 only. */
export function readableOn(colour: string): string {
  const parts = channels(colour).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff';
}
