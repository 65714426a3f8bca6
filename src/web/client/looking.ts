/** Asks for a look at the text 120 ms after a pause, one at a time, and shows what came: the frame near what is being written, the checks. */
import { part } from './page-parts.ts';
import { mostLetters } from './saving.ts';

export interface Looking {
  /** Shows another way to look at it. */
  show(way: string): void;
}

interface Look {
  key: string;
  drawn: boolean;
  open: number;
  checks: string;
  title?: string;
  summary?: string;
  subject?: string;
  language?: string;
  /** Ids of the sections and items, in the order of the text. */
  places?: string[];
}

const pauseMs = 120;

export function openLooking({ root, path, area }: { root: HTMLElement; path: string; area: HTMLTextAreaElement }): Looking {
  const frame = part(root, '.frame');
  const checks = part(root, '[data-checks]');
  const drawing = part(root, '[data-drawing]');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let again = false;
  let shown: Look | undefined;
  let way = 'email';

  /** Draws into a second frame and puts it in the place of the first when it is there, so that nothing flickers. */
  function draw({ key, places = [] }: Look): void {
    const old = frame.querySelector<HTMLIFrameElement>('iframe:not([data-coming])');
    frame.querySelector('iframe[data-coming]')?.remove();
    const next = document.createElement('iframe');
    next.title = old?.title ?? '';
    next.dataset['coming'] = '';
    next.dataset['part'] = way; // its width, before it looks for its place
    const place = ['email', 'phone', 'dark', 'light', 'page'].includes(way) ? places[headingsBefore(area) - 1] : undefined;
    next.src = `${path}/preview/${key}/${way}${place === undefined ? '' : `#${encodeURIComponent(place)}`}`;
    next.addEventListener('load', () => {
      delete next.dataset['coming'];
      old?.remove();
    });
    frame.append(next);
  }

  function take(look: Look): void {
    shown = look;
    const open = new Set(
      [...checks.querySelectorAll('details[open] summary')].map((summary) => summary.parentElement?.previousElementSibling?.textContent),
    );
    if (!checks.contains(document.activeElement)) checks.innerHTML = look.checks; // drawn and escaped by our own server; who fills in a reason is not disturbed
    for (const details of checks.querySelectorAll('details'))
      if (open.has(details.previousElementSibling?.textContent)) details.open = true;
    part(root, '[data-open]').textContent = look.open > 0 ? `(${look.open})` : '';
    const words: [string, string | undefined][] = [
      ['[data-title]', look.title],
      ['[data-subject]', look.subject],
      ['[data-summary]', look.summary],
    ];
    for (const [selector, text] of words) if (text !== undefined && text !== '') part(root, selector).textContent = text;
    if (look.language !== undefined) area.lang = look.language;
    draw(look);
  }

  async function ask(): Promise<void> {
    if (area.value.length > mostLetters) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const slow = setTimeout(() => {
      drawing.hidden = false;
    }, 400);
    try {
      const headers = { 'Content-Type': 'text/plain; charset=utf-8', Accept: 'application/json' };
      const response = await fetch(`${path}/preview`, { method: 'POST', headers, body: area.value });
      if (response.ok) take((await response.json()) as Look);
    } catch {
      // offline: the state above says so, and the last look stays
    } finally {
      clearTimeout(slow);
      drawing.hidden = true;
      busy = false;
      if (again) {
        again = false;
        void ask();
      }
    }
  }

  area.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), pauseMs);
  });
  void ask();

  return {
    show(asked) {
      way = asked;
      if (shown !== undefined) draw(shown);
    },
  };
}

/** How many sections and items begin at or before the caret. */
function headingsBefore({ value, selectionStart }: HTMLTextAreaElement): number {
  return value.slice(0, selectionStart).match(/^#{2,3}[ \t]/gm)?.length ?? 0;
}
