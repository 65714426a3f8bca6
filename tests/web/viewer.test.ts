/** What a viewer sees of readers: never a whole address, on no page that may be asked for, in no file. */
import { expect, test } from 'vitest';
import { mayAs } from '../../src/model/person.ts';
import { breakDown, comeBack, takeMail } from './returned.ts';
import { signInAs } from './signed.ts';
import { leaveToken, mailIn, openSite } from './site.ts';

const bounce = `From: Mail <mailer@mx.example.com>\r\nTo: postmaster@tidewater.example\r\nSubject: Undelivered to R1@example.com\r\n\r\nThe mailbox r1@example.com is gone, says someone@example.net.\r\n`;

test('no page of the desk shows a viewer a whole address of a reader, or of whoever wrote, and an editor sees the mail as it is', async () => {
  await using site = await openSite({ catcher: true });
  signInAs(site, 'owner');
  const inbound = takeMail(site, bounce, { note: 'a bounce of r1@example.com, of no mail that we can tell' });
  comeBack(site, { inbound });
  breakDown(site);
  if (site.catcher === undefined) throw new Error('no catcher');
  await mailIn(site.catcher, { to: 'r1@example.com', token: leaveToken(site.publication.id, 1) });
  await expect.poll(() => site.catcher?.kept()).toBe(1);
  const { cookie } = signInAs(site, 'viewer');
  const filled = (path: string) => path.replace('/mail/:id', '/mail/000000001').replaceAll(/:\w+/g, '1');
  const paths = site.routes.filter(({ method, access }) => method === 'get' && access !== 'anyone' && mayAs('viewer', access));
  expect(paths.length).toBeGreaterThan(20);
  for (const path of [...paths.map((route) => filled(route.path)), '/console/readers?q=r1', '/console/readers?q=r1%40example.com']) {
    if (path.endsWith('/events')) continue; // a stream, of what the page beside it shows
    const response = await fetch(site.url + path, { headers: { cookie, accept: 'text/html' } });
    expect((await response.text()).replaceAll('%40', '@'), path).not.toMatch(/\br[123]@example\.com|someone@example\.net/i);
  }
  for (const path of ['/console/mail/000000001/raw', `/console/feedback/mails/${inbound}/raw`])
    expect((await fetch(site.url + path, { headers: { cookie } })).status, path).toBe(403);
  const tray = async (who: string) => (await fetch(`${site.url}/console/feedback/mails/${inbound}`, { headers: { cookie: who } })).text();
  expect(await tray(cookie)).toContain('Editors can read it');
  expect(await tray(cookie)).not.toContain('It is nothing');
  const editor = await tray(signInAs(site, 'editor').cookie);
  for (const words of ['r1@example.com is gone', 'someone@example.net', 'It is nothing']) expect(editor).toContain(words);
});
