/** The form of a publication's settings: its fields as texts, and the texts as changes, each with its error at its field. */
import { AppError } from '../../errors.ts';
import { checkSender } from '../../message/message.ts';
import {
  type Read,
  readLanguage,
  readMailAddress,
  readName,
  readPdfChoice,
  readPostalAddress,
  readSlot,
  readZone,
} from '../../model/publication-fields.ts';
import type { Publication, PublicationChanges } from '../../store/publications.ts';
import type { Texts } from './same-time.ts';

/** The fields in the order of the page, with what each is called. */
export const settingLabels = {
  name: 'Name',
  from: 'Mail comes from',
  replyTo: 'Answers go to',
  postalAddress: 'Postal address',
  language: 'Language',
  zone: 'Time zone',
  slotDay: 'Day of the month',
  slotTime: 'Time',
  welcome: 'Welcome mail',
  measure: 'Counting',
  pdf: 'Full issue as PDF',
} as const;
export type SettingField = keyof typeof settingLabels;
export const settingFields = Object.keys(settingLabels) as SettingField[];

/** Who a mail seems to come from: to change that takes a fresh proof of who changes it. */
export const senderFields: readonly SettingField[] = ['name', 'from', 'replyTo'];

/** A publication as its form shows it. `slotDay` is empty without a slot, `measure` until somebody has said. */
export function settingTexts(publication: Publication): Texts<SettingField> {
  const { name, fromAddress, replyTo, postalAddress, language, zone, slot, welcome, measure, pdf } = publication;
  const at = slot?.lastIndexOf(' ') ?? -1;
  return {
    ...{ name, from: fromAddress, replyTo: replyTo ?? '', postalAddress, language, zone, pdf },
    slotDay: slot?.slice(0, at) ?? '',
    slotTime: slot?.slice(at + 1) ?? '09:00',
    welcome: welcome ? 'yes' : 'no',
    measure: measure ?? '',
  };
}

export type Problems<Field extends string> = Partial<Record<Field, string>>;

/** The changes that texts ask for; of fields with a problem none. */
export function readSettings(
  texts: Texts<SettingField>,
  before: Publication,
): { changes: PublicationChanges; problems: Problems<SettingField> } {
  const problems: Problems<SettingField> = {};
  const changes: PublicationChanges = {};
  const take = <T>(field: SettingField, read: Read<T>, keep: (value: T) => void): void => {
    if ('problem' in read) problems[field] = `${settingLabels[field]} ${read.problem}.`.replace(/([.?!])\.$/, '$1');
    else keep(read.value);
  };
  take('name', readName(texts.name), (name) => Object.assign(changes, { name }));
  take('from', mailable(readMailAddress(texts.from)), (fromAddress) => Object.assign(changes, { fromAddress }));
  if (texts.replyTo.trim() === '') changes.replyTo = null;
  else take('replyTo', mailable(readMailAddress(texts.replyTo)), (replyTo) => Object.assign(changes, { replyTo }));
  take('postalAddress', readPostalAddress(texts.postalAddress), (postalAddress) => Object.assign(changes, { postalAddress }));
  take('language', readLanguage(texts.language.trim()), (language) => Object.assign(changes, { language }));
  take('zone', readZone(texts.zone.trim()), (zone) => Object.assign(changes, { zone }));
  if (texts.slotDay === '') changes.slot = null;
  else take('slotDay', readSlot(`${texts.slotDay} ${texts.slotTime}`), (slot) => Object.assign(changes, { slot }));
  take('pdf', readPdfChoice(texts.pdf), (pdf) => Object.assign(changes, { pdf }));
  changes.welcome = texts.welcome === 'yes';
  if (texts.measure === 'on' || texts.measure === 'off') changes.measure = texts.measure;
  else if (before.measure !== null) problems.measure = 'Counting was answered before: it is one of the two.';
  return { changes, problems };
}

/** An address that can stand in our own headers: plain letters before the @. */
export function mailable(read: Read<string>): Read<string> {
  if ('problem' in read) return read;
  try {
    checkSender({ name: '', address: read.value });
    return read;
  } catch (error) {
    if (error instanceof AppError) return { problem: `cannot be used: ${error.message}`, code: error.code };
    throw error;
  }
}
