/**
 * Keeps the parts of a live page up to date: takes whole parts from the stream that `#live` names and puts those that changed over what is shown. Without it the
 * page renews itself, so nothing here is needed.
 */
import { part } from './page-parts.ts';

const live = document.getElementById('live');
const events = live?.dataset['events'];
if (live !== null && events) follow(live, events, part(document, '#live-lost'));

function follow(live: HTMLElement, events: string, lost: HTMLElement): void {
  const shown = new Map([...live.querySelectorAll('[id^="live-"]')].map((each) => [each.id, each.outerHTML]));
  let source: EventSource | undefined;
  let wait = 1000;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** What a person has begun in a part and must find again in the new one: opened folds, ticked boxes, the focus. */
  function carryOver(from: Element, to: Element): string | undefined {
    for (const box of from.querySelectorAll('input:checked, details[open]')) {
      const same = box.id ? to.querySelector(`#${CSS.escape(box.id)}`) : null;
      if (same instanceof HTMLInputElement) same.checked = true;
      if (same instanceof HTMLDetailsElement) same.open = true;
    }
    const { activeElement: held } = document;
    return held !== null && held.id !== '' && from.contains(held) ? held.id : undefined;
  }

  function show(markup: string): void {
    const news = new DOMParser().parseFromString(markup, 'text/html');
    for (const each of news.querySelectorAll('[id^="live-"]')) {
      const here = document.getElementById(each.id);
      if (here === null || each.parentElement?.closest('[id^="live-"]') || shown.get(each.id) === each.outerHTML) continue;
      shown.set(each.id, each.outerHTML);
      if (each.id === 'live-said')
        here.textContent = each.textContent; // the same element, or nothing would be read out
      else {
        const focus = carryOver(here, each);
        here.replaceWith(document.adoptNode(each));
        if (focus !== undefined) document.getElementById(focus)?.focus({ preventScroll: true });
      }
    }
  }

  /** The stream was refused: signed out, or Galley is starting again. The page itself knows which. */
  async function refused(): Promise<void> {
    const answer = await fetch(location.href, { method: 'HEAD', redirect: 'manual', cache: 'no-store' }).catch(() => undefined);
    if (answer !== undefined && !answer.ok && answer.status < 500) location.reload();
    else timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, 15_000);
  }

  function open(): void {
    close();
    source = new EventSource(events);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      wait = 1000;
      lost.hidden = true;
      show(data);
    };
    source.onerror = () => {
      lost.hidden = false;
      if (source?.readyState === EventSource.CLOSED) void refused();
    };
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  // A page nobody looks at needs no line: browsers allow six to a server.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) open();
  });
  if (!document.hidden) open();
}
