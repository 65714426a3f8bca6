/** Reads drawn HTML and SVG with parsers of their own, as a browser would: what is in it, and whether anything in it could run or load what it should not. */
import { Resvg } from '@resvg/resvg-js';
import { defaultTreeAdapter as adapter, type DefaultTreeAdapterTypes, parse } from 'parse5';

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.Node;

/** Attributes whose values are addresses. */
const addresses = new Set(['href', 'src', 'action', 'formaction', 'background', 'poster', 'cite', 'data', 'ping', 'srcset', 'xlink:href']);
/** Attributes whose values are an editor's words or addresses, the rest being ours. */
const words = new Set([...addresses, 'alt', 'title', 'content', 'aria-label', 'id', 'aria-labelledby', 'lang', 'dir', 'width', 'height']);
/** Elements that run, load or send something, and none of which Galley draws. */
const barred = new Set(
  'script iframe frame object embed applet form input button textarea base template portal audio video source'.split(' '),
);
const schemes = new Set(['http:', 'https:', 'mailto:', 'tel:']);

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  if ('childNodes' in node) for (const child of node.childNodes) yield* nodesOf(child);
}

/** Elements with the names of their attributes and the values of those that hold no editor's words, and comments: what hostile text must not change. Charts are left out, and isolates. */
export function structureOf(markup: string): string[] {
  const out: string[] = [];
  const visit = (node: Node): void => {
    if (adapter.isCommentNode(node)) out.push(`<!--${node.data}-->`);
    if (adapter.isElementNode(node)) {
      if (node.tagName === 'svg') return;
      const isIsolate = node.tagName === 'span' && node.attrs.every(({ name }) => name === 'dir'); // around words of the other direction
      if (!isIsolate)
        out.push(`<${node.tagName}${node.attrs.map(({ name, value }) => ` ${name}${words.has(name) ? '' : `=${value}`}`).join('')}>`);
    }
    if ('childNodes' in node) for (const child of node.childNodes) visit(child);
  };
  visit(parse(markup));
  return out;
}

/** The words of the document, its attributes for readers (`alt` and the like) included, without any white space. */
export function wordsIn(markup: string): string {
  const out: string[] = [];
  for (const node of nodesOf(parse(markup))) {
    if (adapter.isTextNode(node)) out.push(node.value);
    if (adapter.isElementNode(node)) out.push(...node.attrs.filter(({ name }) => words.has(name)).map(({ value }) => value));
  }
  return out.join(' ').replace(/\s+/g, '');
}

/** What in the document could run, load or lead where it should not; empty when nothing. */
export function dangersIn(markup: string): string[] {
  return [...nodesOf(parse(markup))].filter((node) => adapter.isElementNode(node)).flatMap(dangersOf);
}

function dangersOf({ tagName, attrs }: Element): string[] {
  const found = barred.has(tagName) ? [`<${tagName}>`] : [];
  for (const { name, value } of attrs) {
    if (/^on/i.test(name)) found.push(`${tagName} ${name}`);
    if (name === 'http-equiv' && /refresh/i.test(value)) found.push('a refresh');
    if (name === 'style' && /url\s*\(|expression|@import|\\/i.test(value)) found.push(`${tagName} style=${value}`);
    if (addresses.has(name) && !isHarmless(value) && !(tagName === 'link' && value === 'data:,')) found.push(`${tagName} ${name}=${value}`);
  }
  return found;
}

/** Whether a browser that follows the address, from a page of ours, comes to a page, a mail, a telephone or nowhere (WHATWG URL), and to another site only when the address says so. */
export function isHarmless(address: string): boolean {
  const whole = URL.parse(address, 'https://letters.example/tides/1');
  return whole === null || (schemes.has(whole.protocol) && (whole.host === 'letters.example' || /^[a-z]+:/i.test(address)));
}

/** The drawings in a page, as they stand in it. */
export function drawingsIn(page: string): string[] {
  return [...page.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([svg]) => svg);
}

const drawn = new Set('svg g path line rect text clipPath defs'.split(' '));
const drawnAttributes =
  /^(xmlns|viewBox|width|height|x|y|x1|x2|y1|y2|d|transform|direction|id|clip-path|aria-hidden|fill|fill-opacity|stroke(-[a-z]+)?|opacity|font-(family|size|weight|style)|text-anchor|overflow)$/;

/** What is wrong with an SVG: that it is not well-formed XML, or that a browser finds anything in it but shapes and words. */
export function dangersInDrawing(svg: string): string[] {
  const found: string[] = [];
  for (const node of nodesOf(parse(svg))) {
    if (!adapter.isElementNode(node) || node.namespaceURI !== 'http://www.w3.org/2000/svg') continue;
    if (!drawn.has(node.tagName)) found.push(`<${node.tagName}> in a drawing`);
    for (const { name, value } of node.attrs)
      if (!drawnAttributes.test(name) || /url\((?!#)/i.test(value)) found.push(`${node.tagName} ${name}=${value} in a drawing`);
  }
  try {
    new Resvg(/^<svg[^>]* xmlns=/.test(svg) ? svg : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'), {
      font: { loadSystemFonts: false },
    });
  } catch (error) {
    found.push(`not well-formed: ${String(error)}`);
  }
  return found;
}
