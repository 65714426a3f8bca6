/** The bar of a send: what became of every prepared mail, drawn as SVG so that the page needs neither script nor inline style. */
import { type Html, html } from '../../html.ts';
import type { SendStatus } from '../../model/send.ts';
import { number } from './page.ts';

/** Parts of the sum in the order they are drawn, with the words of the key. What waits is the empty rest of the bar. */
const parts = [
  { state: 'accepted', words: 'accepted' },
  { state: 'deferred', words: 'deferred' },
  { state: 'unknown', words: 'unknown' },
  { state: 'refused', words: 'refused' },
  { state: 'cancelled', words: 'cancelled' },
  { state: 'waiting', words: 'waiting' },
] as const satisfies { state: keyof SendStatus; words: string }[];

/** The bar alone. Its name says the same in words. */
export function meter(status: Pick<SendStatus, (typeof parts)[number]['state'] | 'prepared'>): Html {
  let x = 0;
  const drawn = parts
    .filter(({ state }) => state !== 'waiting' && status[state] > 0)
    .map(({ state }) => {
      const width = (status[state] / status.prepared) * 1000;
      const piece = html`<rect class="${state}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="20"/>`;
      x += width;
      return piece;
    });
  const told = present(status).map(({ state, words }) => `${number(status[state])} ${words}`);
  const label = `${number(status.accepted)} of ${number(status.prepared)} accepted${told.length > 1 ? `: ${told.join(', ')}` : ''}`;
  return html`<svg class="meter" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="waiting" width="1000" height="20"/>${drawn}</svg>`;
}

/** What the colours mean, with the counts; bounced and complained are marks on accepted mails and stand apart. */
export function meterKey(status: SendStatus): Html {
  const marks = (['bounced', 'complained'] as const).filter((mark) => status[mark] > 0);
  return html`<ul class="key">${present(status).map(
    ({ state, words }) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${state}" width="10" height="10"/></svg>${number(status[state])} ${words}</li>`,
  )}${marks.map((mark) => html`<li>of these, ${number(status[mark])} ${mark}</li>`)}</ul>`;
}

function present(status: Pick<SendStatus, (typeof parts)[number]['state']>) {
  return parts.filter(({ state }) => status[state] > 0 || state === 'accepted');
}
