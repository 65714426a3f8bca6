/** The parts of the page where an issue is written, and small ways to change them. */

/** A part of the page that must be there. */
export function part<T extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}

/** An element with words in it; strings stay words. */
export function element<K extends keyof HTMLElementTagNameMap>(name: K, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.append(...inside);
  return made;
}

/** A button that does something. */
export function button(label: string, look: string, act: () => void): HTMLButtonElement {
  const made = element('button', label);
  made.type = 'button';
  made.className = look;
  made.addEventListener('click', act);
  return made;
}

/** Puts the caret on a line, counted from 1, and brings it into view. */
export function goToLine(area: HTMLTextAreaElement, line: number): void {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const next = area.value.indexOf('\n', start);
    if (next === -1) break;
    start = next + 1;
  }
  const end = area.value.indexOf('\n', start);
  area.blur(); // browsers scroll to the caret when the focus comes, not when the caret moves
  area.setSelectionRange(start, start);
  area.focus();
  area.setSelectionRange(start, end === -1 ? area.value.length : end);
}

/** Puts words where the caret is, with empty lines around, as if they were typed: they can be undone. At the end, while the caret stands where no text can: in or before the front matter. */
export function insertBlock(area: HTMLTextAreaElement, words: string): void {
  const front = /^---\n.*?\n---(?:\n|$)/s.exec(area.value)?.[0].length ?? 0;
  if (area.selectionStart < front) area.setSelectionRange(area.value.length, area.value.length);
  const before = area.value.slice(0, area.selectionStart);
  const after = area.value.slice(area.selectionEnd);
  const open = before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n';
  const close = after === '' || after.startsWith('\n\n') ? '' : after.startsWith('\n') ? '\n' : '\n\n';
  area.setRangeText(`${open}${words}${close}`, area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new Event('input', { bubbles: true }));
  area.focus();
}

/** What the server says is wrong, in its words. */
export async function wordsOf(response: Response, otherwise: string): Promise<string> {
  try {
    const body: unknown = await response.json();
    const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
    if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  } catch {
    // not ours: a proxy in between
  }
  return otherwise;
}
