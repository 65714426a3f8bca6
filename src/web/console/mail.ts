/** The caught mails: a list, one mail with all its parts and headers, its HTML part for the frame, and its source. */
import type { Catcher } from '../../catcher/catcher.ts';
import { AppError } from '../../errors.ts';
import { html } from '../../html.ts';
import { mailPagePolicy, mailPartPolicy, printPolicy } from '../policies.ts';
import type { Desk } from './desk.ts';
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

  desk.get('/console/mail', 'viewer', (request, response) => {
    const kept = catcher?.kept() ?? 0;
    const pages = Math.max(1, Math.ceil(kept / perPage));
    const page = Math.min(pages, Math.max(1, Math.trunc(Number(request.query['page'])) || 1));
    const mails = catcher?.list({ offset: (page - 1) * perPage, limit: perPage }) ?? [];
    const body =
      catcher === undefined
        ? html`<div class="head"><h1>Mail goes to the relay</h1><p class="muted">SMTP_URL is set, so mails leave this machine and none are kept here. Without it they would be caught and shown on this page.</p></div>`
        : mailList({ mails, count: catcher.count(), kept, first: (page - 1) * perPage + 1, page, pages });
    desk.show(response, { title: 'Caught mail', here: { place: 'mail', exact: true }, body });
  });

  desk.get('/console/mail/:id', 'viewer', async (request, response) => {
    const mail = await read(request.params.id);
    const body = mailBody(request.params.id, mail);
    desk.show(response, { title: mail.subject || 'No subject', here: { place: 'mail', exact: false }, body, policy: mailPagePolicy });
  });

  desk.get('/console/mail/:id/html', 'viewer', async (request, response) => {
    const mail = await read(request.params.id);
    if (mail.html === undefined) throw noSuchMail();
    response.set('Content-Security-Policy', partPolicy);
    response.type('html').send(forFrame(mail.html, baseUrl));
  });

  desk.get('/console/mail/:id/raw', 'viewer', async (request, response) => {
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
