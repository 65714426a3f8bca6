/** The caught mails: a list, one mail with all its parts and headers, its HTML part for the frame, and its source. */
import type { Response } from 'express';
import type { Catcher, CaughtSummary } from '../../catcher/catcher.ts';
import { AppError } from '../../errors.ts';
import { html } from '../../html.ts';
import { hideAddresses } from '../../model/address.ts';
import { mayAs } from '../../model/person.ts';
import { mailPagePolicy, mailPartPolicy, printPolicy } from '../policies.ts';
import type { Desk } from './desk.ts';
import { personOf } from './entry.ts';
import { mailBody, mailList } from './mail-page.ts';

export interface MailDeps {
  catcher: Catcher | undefined;
  /** Where mails say our pictures are; here they are shown from this very server. */
  baseUrl: string;
}

const perPage = 50;

/** Serves `/console/mail`, `/console/mail/ID`, and below that `html` (for the frame) and `raw` (the bytes as the relay would have got them). */
export function mailRoutes(desk: Desk, { catcher, baseUrl }: MailDeps): void {
  const partPolicy = printPolicy(mailPartPolicy);
  const read = async (id: string) => {
    const mail = await catcher?.read(id);
    if (mail === undefined) throw noSuchMail();
    return mail;
  };

  /** What a person may read of an address: a viewer sees none whole, wherever it stands. */
  const shown = (response: Response): ((text: string) => string) =>
    mayAs(personOf(response).role, 'editor') ? (text) => text : hideAddresses;
  const masked = ({ to, subject, ...rest }: CaughtSummary, mask: (text: string) => string) => ({
    ...rest,
    to: mask(to),
    subject: mask(subject),
  });

  desk.get('/console/mail', 'viewer', (request, response) => {
    const kept = catcher?.kept() ?? 0;
    const pages = Math.max(1, Math.ceil(kept / perPage));
    const page = Math.min(pages, Math.max(1, Math.trunc(Number(request.query['page'])) || 1));
    const mails = catcher?.list({ offset: (page - 1) * perPage, limit: perPage }) ?? [];
    const body =
      catcher === undefined
        ? html`<div class="head"><h1>Mail goes to the relay</h1><p class="muted">SMTP_URL is set, so mails leave this machine and none are kept here. Without it they would be caught and shown on this page.</p></div>`
        : mailList({
            mails: mails.map((mail) => masked(mail, shown(response))),
            count: catcher.count(),
            kept,
            first: (page - 1) * perPage + 1,
            page,
            pages,
          });
    desk.show(response, { title: 'Caught mail', here: { place: 'mail', exact: true }, body });
  });

  desk.get('/console/mail/:id', 'viewer', async (request, response) => {
    const mail = await read(request.params.id);
    const mask = shown(response);
    const { subject, ...summary } = masked(mail, mask);
    const parts = {
      headers: mail.headers.map(({ name, value }) => ({ name, value: mask(value) })),
      ...(mail.text !== undefined && { text: mask(mail.text) }),
    };
    const body = mailBody(request.params.id, { ...mail, ...summary, ...parts, subject }, mayAs(personOf(response).role, 'editor'));
    desk.show(response, { title: subject || 'No subject', here: { place: 'mail', exact: false }, body, policy: mailPagePolicy });
  });

  desk.get('/console/mail/:id/html', 'viewer', async (request, response) => {
    const mail = await read(request.params.id);
    if (mail.html === undefined) throw noSuchMail();
    response.set('Content-Security-Policy', partPolicy);
    response.type('html').send(shown(response)(forFrame(mail.html, baseUrl)));
  });

  desk.get('/console/mail/:id/raw', 'editor', async (request, response) => {
    const mail = await read(request.params.id);
    response.attachment('mail.eml').type('message/rfc822').send(mail.raw);
  });
}

const noSuchMail = () =>
  new AppError('console.no_mail', 'There is no such mail here. The catcher keeps the newest ones only.', { status: 404 });

/** The HTML part with two changes for the frame: pictures come from this server whatever BASE_URL is, and links open beside it. */
function forFrame(markup: string, baseUrl: string): string {
  const local = markup.replaceAll(`${baseUrl}/a/`, '/a/');
  return /<head\b[^>]*>/i.test(local)
    ? local.replace(/<head\b[^>]*>/i, (head) => `${head}<base target="_blank">`)
    : `<base target="_blank">${local}`;
}
