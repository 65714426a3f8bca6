/**
 * Shows a look while it is chosen: after a pause in the typing the frames and what is said of the colours come anew from the server. Without it the button Preview
 * does the same.
 */
import { part } from './page-parts.ts';

const pauseMs = 300;
const fields = ['accent', 'accentDark', 'ink', 'inkDark', 'fonts', 'logo'] as const;

const form = part<HTMLFormElement>(document, '#brand');
const samples = [...document.querySelectorAll<HTMLIFrameElement>('iframe[data-sample]')].map((frame) => ({
  frame,
  address: new URL(frame.src),
}));
let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

function texts(): Record<string, string> {
  const sent = new FormData(form);
  const chosen = Object.fromEntries(fields.map((name) => [name, String(sent.get(name) ?? '')]));
  return sent.get('without') === 'logo' ? { ...chosen, logo: '' } : chosen;
}

async function renew(): Promise<void> {
  asked += 1;
  const mine = asked;
  const [first] = samples;
  if (first === undefined) return;
  for (const { frame, address } of samples) {
    const query = new URLSearchParams({ ...Object.fromEntries(address.searchParams), ...texts() });
    frame.contentWindow?.location.replace(`${address.pathname}?${query}`);
  }
  const query = new URLSearchParams({ publication: first.address.searchParams.get('publication') ?? '', ...texts() });
  const answer = await fetch(`${first.address.pathname.replace(/sample$/, 'said')}?${query}`).catch(() => undefined);
  if (!answer?.ok || mine !== asked) return;
  for (const [key, { colour, said }] of Object.entries((await answer.json()) as Record<string, { colour: string; said: string }>)) {
    const line = form.querySelector(`[data-said="${key}"]`);
    if (line === null) continue;
    line.textContent = said;
    line.previousElementSibling?.firstElementChild?.setAttribute('fill', colour);
  }
}

form.addEventListener('input', ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === 'file') return;
  clearTimeout(timer);
  timer = setTimeout(() => void renew(), pauseMs);
});
