/** The page where an issue is written. It works without this script; with it the text saves itself and is shown as it is typed. */
import { openLooking } from './looking.ts';
import { goToLine, insertBlock, part, wordsOf } from './page-parts.ts';
import { openSaving, type Saved, type Saving } from './saving.ts';

const root = document.querySelector<HTMLElement>('.writing');
if (root !== null) start(root);

function start(root: HTMLElement): void {
  const path = `/console/issues/${root.dataset['issue']}`;
  const area = part<HTMLTextAreaElement>(root, '#source');
  const looking = openLooking({ root, path, area });
  panes(root);

  for (const link of root.querySelectorAll<HTMLAnchorElement>('.seg a'))
    link.addEventListener('click', (event) => {
      event.preventDefault();
      for (const other of root.querySelectorAll('.seg a')) other.removeAttribute('aria-current');
      link.setAttribute('aria-current', 'true');
      looking.show(link.dataset['part'] ?? 'email');
    });

  root.addEventListener('click', (event) => {
    const line = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-line]')?.dataset['line'] : undefined;
    if (line === undefined) return;
    event.preventDefault();
    pane(root, 'write');
    goToLine(area, Number(line));
  });
  const asked = Number(new URLSearchParams(location.search).get('line'));
  if (asked > 0) goToLine(area, asked);
  if (area.readOnly) return;

  const form = part<HTMLFormElement>(root, '#write');
  const saving = openSaving({
    path,
    area,
    tag: part<HTMLInputElement>(form, '[name=tag]'),
    state: part(root, '[data-state]'),
    conflict: part(root, '[data-conflict]'),
    stands: (markup) => {
      part(root, '[data-stands]').innerHTML = markup; // drawn and escaped by our own server
    },
    undid: (markup) => strip(root, markup),
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void saving.now();
  });
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      void saving.now();
    }
  });
  saveFirst(root, form, saving);
  files(root, path, area, saving);
}

/** Whatever else is asked for on the page is asked of the text as it stands on it. */
function saveFirst(root: HTMLElement, own: HTMLFormElement, saving: Saving): void {
  let through = false;
  root.addEventListener('submit', (event) => {
    const form = event.target;
    if (through || saving.isSaved() || !(form instanceof HTMLFormElement) || form === own || form.matches('[data-files]')) return;
    event.preventDefault();
    const { submitter } = event;
    void saving.now().then((saved) => {
      if (!saved) return;
      through = true;
      setTimeout(() => form.requestSubmit(submitter)); // while the first asking is still under way, a second one counts for nothing
    });
  });
}

function strip(root: HTMLElement, markup: string): void {
  root.querySelector('.said-strip')?.remove();
  if (markup === '') return;
  const made = document.createElement('div');
  made.className = 'said-strip';
  made.setAttribute('role', 'status');
  made.innerHTML = markup; // drawn and escaped by our own server
  part(root, '.sub').after(made);
}

/** On a phone one part of the page is shown at a time. */
function panes(root: HTMLElement): void {
  const tabs = part(root, '.tabs');
  tabs.hidden = false;
  root.dataset['panes'] = '';
  for (const tab of tabs.querySelectorAll('button')) tab.addEventListener('click', () => pane(root, tab.dataset['pane'] ?? 'write'));
}

function pane(root: HTMLElement, name: string): void {
  root.dataset['pane'] = name;
  for (const tab of root.querySelectorAll<HTMLElement>('.tabs button'))
    tab.setAttribute('aria-pressed', String(tab.dataset['pane'] === name));
}

interface Taken {
  path?: string;
  markup?: string;
  problem?: string;
}

/** Files that are dropped on the text, pasted into it or chosen stand where the caret is. */
function files(root: HTMLElement, path: string, area: HTMLTextAreaElement, saving: Saving): void {
  const form = part<HTMLFormElement>(root, '[data-files]');
  const told = part(form, '[data-dropped]');
  const chosen = part<HTMLInputElement>(form, 'input[type=file]');

  async function take(list: readonly File[]): Promise<void> {
    if (list.length === 0) return;
    told.textContent = list.length === 1 ? `Taking in ${list[0]?.name}` : `Taking in ${list.length} files`;
    const body = new FormData();
    for (const file of list) body.append('file', file);
    let words: string[];
    try {
      const response = await fetch(`${path}/files`, { method: 'POST', headers: { Accept: 'application/json' }, body });
      if (!response.ok) words = [await wordsOf(response, 'It could not be taken in.')];
      else {
        const { files: taken, ...facts } = (await response.json()) as { files: Taken[] } & Partial<Saved>;
        if (facts.tag !== undefined && facts.at !== undefined) saving.heard({ ...facts, tag: facts.tag, at: facts.at });
        for (const { path: at, markup } of taken) if (markup !== undefined && !area.value.includes(`"${at}"`)) insertBlock(area, markup); // one that the text shows already took the place of the other
        area.dispatchEvent(new Event('input', { bubbles: true })); // drawn anew with it
        words = taken.map(({ path: at, problem }) => problem ?? `${at} is taken in.`);
      }
    } catch {
      words = ['It could not be sent: there is no connection. Try again.'];
    }
    told.textContent = words.join(' ');
    chosen.value = '';
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void take([...(chosen.files ?? [])]);
  });
  chosen.addEventListener('change', () => void take([...(chosen.files ?? [])]));
  area.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    area.classList.add('over');
  });
  area.addEventListener('dragleave', () => area.classList.remove('over'));
  area.addEventListener('drop', (event) => {
    area.classList.remove('over');
    const dropped = [...(event.dataTransfer?.files ?? [])];
    if (dropped.length === 0) return;
    event.preventDefault();
    void take(dropped);
  });
  area.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length === 0 || event.clipboardData?.types.includes('text/plain')) return;
    event.preventDefault();
    void take(pasted);
  });
}
