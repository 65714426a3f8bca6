/** The auto-escaping template tag: everything put into a template is text unless it was made by this file. */

/** Markup that is safe to print as it is. Made by `html`, `attrs` and `raw` only. */
export class Html {
  readonly #markup: string;
  constructor(markup: string) {
    this.#markup = markup;
  }
  toString(): string {
    return this.#markup;
  }
}

/** What a template takes. `null`, `undefined` and booleans print nothing, so that `${condition && part}` works. */
export type Fill = Html | string | number | bigint | boolean | null | undefined | readonly Fill[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string, signs: RegExp): string {
  return text.replace(signs, (sign) => entities[sign] ?? sign);
}

function inText(fill: Fill): string {
  if (fill instanceof Html) return fill.toString();
  if (fill === null || fill === undefined || typeof fill === 'boolean') return '';
  if (typeof fill === 'object') return fill.map(inText).join('');
  return escaped(String(fill), /[&<>"]/g); // " too: MJML copies its title into an attribute
}

/** Quotes are escaped in markup too: what was made as text may hold them. */
function inAttribute(fill: Fill): string {
  return escaped(inText(fill), /["']/g);
}

/** Where a hole stands: in text, in a quoted attribute, at the start of an address attribute, or between attributes. */
type Place = 'text' | 'attribute' | 'address' | 'tag';

const addressAttributes = new Set(['href', 'src', 'action', 'formaction', 'poster', 'background']);
const placesOf = new WeakMap<TemplateStringsArray, Place[]>();

/** Builds markup: `` html`<p title="${title}">${text}</p>` ``. Strings are escaped, addresses pass `url`, lists are joined.
 *  Throws, the first time a template is used, on a hole where no escaping is safe: an attribute without quotes, an `on…` handler,
 *  a script, a style, a comment, the name of a tag. */
export function html(parts: TemplateStringsArray, ...fills: Fill[]): Html {
  const places = placesOf.get(parts) ?? findPlaces(parts);
  placesOf.set(parts, places);
  let out = parts[0] ?? '';
  fills.forEach((fill, i) => {
    if (places[i] === 'tag' && !(fill instanceof Html || fill === null || fill === undefined || typeof fill === 'boolean')) {
      throw new TypeError(`html: only attrs(…) may stand inside a tag, outside quotes, after "${out.slice(-40)}"`);
    }
    const place = places[i];
    if (place === 'address') out += inAttribute(typeof fill === 'string' ? url(fill) : fill);
    else out += place === 'attribute' ? inAttribute(fill) : inText(fill);
    out += parts[i + 1] ?? '';
  });
  return new Html(out);
}

/** Takes markup as it is. Only for markup this program made itself, never for anything that was typed or received. */
export function raw(markup: string): Html {
  return new Html(markup);
}

/** Prints attributes to spread into a tag: `true` prints the bare name, `false`, `null` and `undefined` leave it out. */
export function attrs(set: Record<string, string | number | boolean | null | undefined>): Html {
  let out = '';
  for (const [name, value] of Object.entries(set)) {
    if (!/^[a-z][a-z0-9-]*$/i.test(name) || /^on/i.test(name)) throw new TypeError(`html: "${name}" cannot be an attribute here`);
    if (value === false || value === null || value === undefined) continue;
    out += value === true ? ` ${name}` : ` ${name}="${inAttribute(addressAttributes.has(name) ? url(String(value)) : value)}"`;
  }
  return new Html(out);
}

/** Lets http, https, mailto, tel and addresses without a scheme through; anything else becomes `#`.
 *  Tab, newline and leading blanks are taken out first, because browsers skip them when they look for the scheme (WHATWG URL, 4.4). */
export function url(address: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are skipped by browsers
  const bare = address.replace(/[\t\n\r]/g, '').replace(/^[\u0000-\u0020]+/, '');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(bare)?.[1]?.toLowerCase();
  if (scheme) return ['http', 'https', 'mailto', 'tel'].includes(scheme) ? bare : '#';
  return /^[/\\]{2}/.test(bare) ? '#' : bare; // two slashes would lead to another site
}

/** Reads the fixed parts of a template as a browser would and says where each hole stands. */
function findPlaces(parts: readonly string[]): Place[] {
  const places: Place[] = [];
  let state: 'text' | 'comment' | 'verbatim' | 'tag' | 'double' | 'single' = 'text';
  let verbatim = ''; // the element whose text is not markup: script or style
  let attribute = '';
  let begun = false; // whether the attribute's value has begun before the hole
  const wrong = (what: string, at: number): never => {
    throw new TypeError(`html: a hole ${what}, after "${(parts[at] ?? '').slice(-40)}"`);
  };
  for (const [at, part] of parts.slice(0, -1).entries()) {
    for (let i = 0; i < part.length; ) {
      const rest = part.slice(i);
      if (state === 'text') {
        const tag = /^<\/?([a-z][^\s/>]*)/i.exec(rest);
        if (tag) {
          state = 'tag';
          verbatim = /^<(script|style)\b/i.exec(rest)?.[1]?.toLowerCase() ?? '';
        } else if (rest.startsWith('<!--')) state = 'comment';
        i += tag ? tag[0].length : 1;
      } else if (state === 'comment') {
        if (rest.startsWith('-->')) state = 'text';
        i += 1;
      } else if (state === 'verbatim') {
        if (rest.toLowerCase().startsWith(`</${verbatim}`)) state = 'text';
        else i += 1;
      } else if (state === 'tag') {
        const opening = /^([^\s"'<>/=]+)\s*=\s*(["'])/.exec(rest);
        if (opening) {
          attribute = (opening[1] ?? '').toLowerCase();
          state = opening[2] === '"' ? 'double' : 'single';
          begun = false;
        } else if (rest.startsWith('>')) state = verbatim ? 'verbatim' : 'text';
        i += opening ? opening[0].length : 1;
      } else {
        if (rest.startsWith(state === 'double' ? '"' : "'")) state = 'tag';
        else begun = true;
        i += 1;
      }
    }
    if (state === 'comment') wrong('inside a comment', at);
    if (state === 'verbatim') wrong(`inside <${verbatim}>`, at);
    if (state === 'text' && /<\/?$/.test(part)) wrong('in the name of a tag', at);
    if (state === 'tag') {
      if (/=\s*$/.test(part)) wrong('in an attribute without quotes', at);
      places.push('tag');
    } else if (state === 'text') places.push('text');
    else {
      if (/^on/.test(attribute)) wrong(`in the handler ${attribute}`, at);
      places.push(addressAttributes.has(attribute) && !begun ? 'address' : 'attribute');
      begun = true;
    }
  }
  return places;
}
