/** A field of a form on the desk: its name, what it is for, the control, and below it what is wrong or what somebody else did meanwhile. */
import { attrs, type Html, html } from '../../html.ts';

export interface Field {
  name: string;
  label: string;
  /** What it is for, in half a sentence. */
  hint?: Html | string;
  /** Why it was refused. */
  problem?: string | undefined;
  /** What is said of it beside: a date it means, what somebody else saved. */
  note?: Html | false | undefined;
  control: (same: Html) => Html;
}

/** `control` gets the attributes that tie it to its words. */
export function fieldOf({ name, label, hint, problem, note, control }: Field): Html {
  const words = [hint !== undefined && `${name}-hint`, problem !== undefined && `${name}-wrong`, note && `${name}-note`].filter(Boolean);
  const same = attrs({
    id: name,
    name,
    'aria-describedby': words.length > 0 && words.join(' '),
    'aria-invalid': problem !== undefined && 'true',
  });
  return html`<div class="field"><label for="${name}">${label}</label>${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${control(same)}${problem !== undefined && html`<p class="err" id="${name}-wrong">${problem}</p>`}${note && html`<div class="beside" id="${name}-note">${note}</div>`}</div>`;
}

/** One line of text. */
export function textField(
  field: Omit<Field, 'control'>,
  value: string,
  { type = 'text', ...more }: Record<string, string | false> & { type?: string } = {},
): Html {
  return fieldOf({
    ...field,
    control: (same) => html`<input class="input" type="${type}" value="${value}"${same}${attrs({ autocomplete: 'off', ...more })}>`,
  });
}

export interface Choice {
  value: string;
  label: string;
  told?: string;
}

/** One of a few, each with what it means. */
export function choiceField({ name, label, hint, problem, note }: Omit<Field, 'control'>, value: string, choices: readonly Choice[]): Html {
  const one = ({ value: each, label: words, told }: Choice): Html =>
    html`<label><input type="radio" name="${name}" value="${each}"${attrs({ checked: each === value })}><span><b>${words}</b>${told !== undefined && ` ${told}`}</span></label>`;
  return html`<fieldset class="field choices"><legend>${label}</legend>${hint !== undefined && html`<p class="hint">${hint}</p>`}${choices.map(one)}
${problem !== undefined && html`<p class="err">${problem}</p>`}${note && html`<div class="beside">${note}</div>`}</fieldset>`;
}

/** What stands above a form that was not saved. */
export const notSaved = (count: number): Html =>
  html`<p class="err" role="alert">${count === 1 ? 'One field needs a look' : `${count} fields need a look`}. Nothing was saved yet, and nothing that you typed is lost.</p>`;
