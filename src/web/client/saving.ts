/** Saves the text 800 ms after the last key, one save at a time, and says how it stands. What cannot be saved is kept on this computer. */
import { button, element, wordsOf } from './page-parts.ts';

export interface Saving {
  /** Saves now what is not saved; resolves when there is nothing left to save, or it cannot be. True when all is saved. */
  now(): Promise<boolean>;
  /** Whether the text on the page is the one that was saved. */
  isSaved(): boolean;
  /** Takes what the server says of the text that was saved: a file that it names may have made another text of the same words. */
  heard(facts: Saved): void;
}

interface Parts {
  path: string;
  area: HTMLTextAreaElement;
  tag: HTMLInputElement;
  state: HTMLElement;
  conflict: HTMLElement;
  /** Says where the issue stands. */
  stands: (markup: string) => void;
  /** Says at the top of the page what a change undid. */
  undid: (markup: string) => void;
}

export interface Saved {
  tag: string;
  at: string;
  stands?: string;
  undone?: string;
}

interface Stale {
  tag: string;
  source: string;
  by: string;
  at: string;
  difference: string;
}

const pauseMs = 800;
const retryMs = [2000, 5000, 15_000, 30_000];
/** More letters than an issue may have bytes. */
export const mostLetters = 2 * 1024 * 1024;
/** Browsers let a page send so much while it goes away. */
const mostFarewell = 60_000;

export function openSaving({ path, area, tag, state, conflict, stands, undid }: Parts): Saving {
  const place = `galley:${path}`;
  let saved = area.value;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let flight: Promise<void> | undefined;
  let stuck = false;
  let failures = 0;

  const say = (words: string, look = ''): void => {
    if (state.textContent !== words) state.textContent = words;
    state.dataset['look'] = look;
  };
  const dirty = (): boolean => area.value !== saved;
  const keep = (): void => {
    try {
      localStorage.setItem(place, JSON.stringify({ tag: tag.value, source: area.value }));
    } catch {
      say('Not saved, and this computer has no room to keep it: do not close this page', 'bad');
    }
  };
  const forget = (): void => localStorage.removeItem(place);

  const later = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void save(), ms);
  };

  async function send(source: string): Promise<void> {
    say('Saving');
    let response: Response;
    try {
      const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'If-Match': `"${tag.value}"`, Accept: 'application/json' };
      response = await fetch(path, { method: 'POST', headers, body: source });
    } catch {
      keep();
      say('Offline, kept on this computer', 'warn');
      later(retryMs[Math.min(failures, retryMs.length - 1)] ?? 0);
      failures += 1;
      return;
    }
    failures = 0;
    if (response.ok) {
      saved = source;
      forget();
      heard((await response.json()) as Saved);
    } else if (response.status === 412) await differ((await response.json()) as Stale);
    else {
      keep();
      if (response.status === 401) say('Signed out, kept on this computer: sign in again in another window', 'bad');
      else if (response.status >= 500) say('Not saved yet, kept on this computer', 'warn');
      else {
        stuck = true;
        say(await wordsOf(response, 'It cannot be saved, kept on this computer'), 'bad');
      }
      if (!stuck) later(retryMs[1] ?? 0);
    }
  }

  function heard(facts: Saved): void {
    tag.value = facts.tag;
    if (!dirty()) say(`Saved ${facts.at}`);
    if (facts.stands !== undefined) stands(facts.stands);
    if (facts.undone !== undefined) undid(facts.undone);
  }

  async function save(): Promise<void> {
    clearTimeout(timer);
    while (flight !== undefined) await flight;
    if (!dirty() || !conflict.hidden || stuck) return;
    if (area.value.length > mostLetters) {
      say(`Not saved: this text is ${(area.value.length / 1024 / 1024).toFixed(1)} MB, and an issue holds at most 2 MB`, 'bad');
      return;
    }
    flight = send(area.value).finally(() => {
      flight = undefined;
    });
    await flight;
  }

  /** Somebody was faster: both texts are here, and the person says which one stands. */
  async function differ({ tag: theirTag, source, by, at, difference }: Stale): Promise<void> {
    keep();
    say('Not saved: somebody was faster', 'bad');
    const end = (words: string): void => {
      conflict.hidden = true;
      conflict.replaceChildren();
      say(words);
      area.focus();
    };
    const mine = button('Keep mine', 'btn go', () => {
      tag.value = theirTag;
      end('Saving');
      void save();
    });
    const theirs = button('Take theirs', 'btn', () => {
      const left = area.value;
      tag.value = theirTag;
      saved = source;
      area.value = source;
      area.dispatchEvent(new Event('input', { bubbles: true }));
      end(`Saved ${at}`);
      const back = element('p', 'Yours was left out. ');
      back.append(
        button('Bring it back', 'link', () => {
          area.value = left;
          area.dispatchEvent(new Event('input', { bubbles: true }));
        }),
      );
      undid('');
      state.after(back);
      back.className = 'brought';
    });
    const copy = button(
      'Copy my text',
      'btn',
      () => void navigator.clipboard.writeText(area.value).then(() => copy.replaceChildren('Copied')),
    );
    const shown = element('details', element('summary', 'What is different'));
    const inside = element('div');
    inside.innerHTML = difference; // drawn and escaped by our own server
    shown.append(inside);
    const name = element('bdi', by);
    const words = element(
      'p',
      element('b', name),
      ` saved another text at ${at}. Theirs stands, and yours is on this page. Whichever you leave out stays in the history or can be copied.`,
    );
    const acts = element('div', mine, theirs, copy);
    acts.className = 'row';
    conflict.replaceChildren(words, acts, shown);
    conflict.setAttribute('role', 'alert');
    conflict.hidden = false;
  }

  area.addEventListener('input', () => {
    stuck = false;
    if (dirty()) {
      if (conflict.hidden && flight === undefined) say('Writing');
      later(pauseMs);
    }
  });
  addEventListener('online', () => void save());
  addEventListener('focus', () => void save());
  addEventListener('pagehide', () => {
    if (!dirty()) return;
    keep();
    if (!conflict.hidden || area.value.length * 3 > mostFarewell) return;
    const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'If-Match': `"${tag.value}"`, Accept: 'application/json' };
    void fetch(path, { method: 'POST', headers, body: area.value, keepalive: true }).then((response) => response.ok && forget());
  });

  bringBack();

  /** What was kept on this computer and never reached the server is put back, and saved like anything typed. */
  function bringBack(): void {
    const kept = localStorage.getItem(place);
    if (kept === null) return;
    const { tag: of, source } = JSON.parse(kept) as { tag: string; source: string };
    if (source === area.value) {
      forget();
      return;
    }
    area.value = source;
    if (of !== tag.value) tag.value = of; // the server will say who was faster
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }

  return {
    isSaved: () => !dirty(),
    heard,
    async now() {
      await save();
      while (flight !== undefined) await flight;
      if (dirty() && conflict.hidden && !stuck && failures === 0) await save();
      return !dirty();
    },
  };
}
