/** A send through Debian's Postfix as a provider runs it: STARTTLS first, then a login, then signed mail. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { describe, expect, test } from 'vitest';
import { openTransport } from '../../src/deliver/transport.ts';
import { getSend } from '../../src/store/sends.ts';
import { makeCertificate, withoutCertificates } from '../support/certificate.ts';
import { openDovecotAuth } from '../support/dovecot-auth.ts';
import { openDueSend } from '../support/due.ts';
import { openPostfix, withoutPostfix } from '../support/postfix.ts';
import { openPostOffice } from '../support/relay.ts';

const left = withoutPostfix ?? withoutCertificates;

describe.skipIf(left !== undefined)(
  `Postfix that wants STARTTLS and a login${left ? ` (left out: ${left})` : ''}`,
  { timeout: 120_000 },
  () => {
    test('takes each mail once, signed, over a login by PLAIN', async () => {
      using tls = makeCertificate('127.0.0.1');
      await using checker = await openDovecotAuth({ user: 'galley', pass: 'p@ss word' });
      await using post = await openPostOffice();
      await using postfix = await openPostfix(post.port, undefined, { checker: checker.port, mechanism: 'PLAIN', tls });
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const { galley } = openDueSend(30, {
        SMTP_URL: `smtp://galley:p%40ss%20word@127.0.0.1:${postfix.port}`,
        DKIM_DOMAIN: 'tidewater.example',
        DKIM_SELECTOR: 'n1',
        DKIM_KEY_FILE: 'dkim.pem',
      });
      await using _ = galley;
      writeFileSync(join(galley.folder, 'dkim.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
      const serve = galley.start('serve', '--workers', '1');
      const status = async () => JSON.parse(await galley.done('status', '--json'));
      await expect.poll(status, { timeout: 60_000, interval: 500 }).toMatchObject({ state: 'sent', accepted: 30 });
      serve.child.kill('SIGTERM');
      await expect.poll(() => post.mails.length, { timeout: 30_000 }).toBe(30);
      expect(new Set(post.mails.map(({ to }) => to)).size).toBe(30);
      expect(new Set(checker.used)).toEqual(new Set(['PLAIN']));
      const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
      const { results } = await dkimVerify(post.mails[0]?.bytes ?? Buffer.alloc(0), { resolver: async () => [[record]] });
      expect(results.map(({ status: { result } }) => result)).toEqual(['pass']);
    });

    test('takes a mail over a login by LOGIN, where it offers nothing else', async () => {
      using tls = makeCertificate('127.0.0.1');
      await using checker = await openDovecotAuth({ user: 'galley', pass: 'p@ss word' });
      await using post = await openPostOffice();
      await using postfix = await openPostfix(post.port, undefined, { checker: checker.port, mechanism: 'LOGIN', tls });
      const transport = openTransport({ url: `smtp://galley:p%40ss%20word@127.0.0.1:${postfix.port}`, connections: 1 });
      const mail = {
        envelope: { from: 'b@example.org', to: 'a@example.com', envid: 't' },
        bytes: Buffer.from('Subject: hello\r\n\r\nhello\r\n'),
      };
      expect(await transport.send(mail, () => true)).toMatchObject({ kind: 'accepted' });
      await transport.close();
      expect(checker.used).toEqual(['LOGIN']);
    });

    test('and a wrong password charges nobody: the send waits and says why', async () => {
      using tls = makeCertificate('127.0.0.1');
      await using checker = await openDovecotAuth({ user: 'galley', pass: 'p@ss word' });
      await using post = await openPostOffice();
      await using postfix = await openPostfix(post.port, undefined, { checker: checker.port, mechanism: 'PLAIN', tls });
      const { galley, db, id } = openDueSend(30, { SMTP_URL: `smtp://galley:old@127.0.0.1:${postfix.port}` });
      await using _ = galley;
      galley.start('serve', '--workers', '1');
      const said = () => galley.done('status');
      await expect
        .poll(said, { timeout: 60_000, interval: 500 })
        .toMatch(/The relay does not take mail: login refused at 127\.0\.0\.1:\d+: 535/);
      expect(getSend(db, id)).toMatchObject({ state: 'sending', accepted: 0, refused: 0, deferred: 0, unknown: 0 });
      expect(post.mails).toEqual([]);
    });
  },
);
