// @ts-nocheck: it runs in a browser, whose types this house leaves out.
// Keeps the parts of a live page up to date: takes whole parts from the stream that #live names and puts those that changed over what is shown.
// Without it the page renews itself, so nothing here is needed.
(() => {
  const live = document.getElementById('live');
  const lost = document.getElementById('live-lost');
  if (!live?.dataset.events) return;
  const shown = new Map([...live.querySelectorAll('[id^="live-"]')].map((part) => [part.id, part.outerHTML]));
  let source;
  let wait = 1000;
  let timer;

  /** What a person has begun in a part and must find again in the new one: opened folds, ticked boxes, the focus. */
  function carryOver(from, to) {
    for (const box of from.querySelectorAll('input:checked, details[open]')) {
      const same = box.id && to.querySelector(`#${CSS.escape(box.id)}`);
      if (same) same[box.localName === 'input' ? 'checked' : 'open'] = true;
    }
    const { activeElement: held } = document;
    return held?.id && from.contains(held) ? held.id : undefined;
  }

  function show(markup) {
    const news = new DOMParser().parseFromString(markup, 'text/html');
    for (const part of news.querySelectorAll('[id^="live-"]')) {
      const here = document.getElementById(part.id);
      if (here === null || part.parentElement?.closest('[id^="live-"]') || shown.get(part.id) === part.outerHTML) continue;
      shown.set(part.id, part.outerHTML);
      if (part.id === 'live-said')
        here.textContent = part.textContent; // the same element, or nothing would be read out
      else {
        const focus = carryOver(here, part);
        here.replaceWith(document.adoptNode(part));
        if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
      }
    }
  }

  /** The stream was refused: signed out, or Galley is starting again. The page itself knows which. */
  async function refused() {
    const answer = await fetch(location.href, { method: 'HEAD', redirect: 'manual', cache: 'no-store' }).catch(() => undefined);
    if (answer !== undefined && !answer.ok && answer.status < 500) location.reload();
    else timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, 15000);
  }

  function open() {
    close();
    source = new EventSource(live.dataset.events);
    source.onmessage = ({ data }) => {
      wait = 1000;
      lost.hidden = true;
      show(data);
    };
    source.onerror = () => {
      lost.hidden = false;
      if (source?.readyState === EventSource.CLOSED) refused();
    };
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  // A page nobody looks at needs no line: browsers allow six to a server.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', ({ persisted }) => persisted && open());
  if (!document.hidden) open();
})();
