/** Reports as servers word them: who was not reached, why, and whether that is final. One short mail of our own per dialect. */
import { describe, expect, test } from 'vitest';
import { readFeedback } from '../../../src/feedback/read/read.ts';

interface Case {
  name: string;
  from?: string;
  subject?: string;
  header?: string;
  body: string;
  kind?: 'bounce' | 'delay';
  /** Address, class and reason of each recipient. */
  says: [address: string, cls: string, reason: string][];
}

const copy =
  '\nReceived: from mail.example.org by mx.example.net; Tue, 3 Nov 2026 09:00:00 +0000\nMessage-ID: <original-1@example.org>\nFrom: news@example.org\nTo: someone-else@example.com\nSubject: The November issue\n\nDear reader\n';

const cases: Case[] = [
  {
    name: 'qmail, no such mailbox',
    subject: 'failure notice',
    body: `Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ana@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n${copy}`,
    says: [['ana@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'qmail, refused by a remote host at RCPT',
    subject: 'failure notice',
    body: `Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bea@example.com>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 unknown user\nGiving up on 192.0.2.7.\n\n--- Below this line is a copy of the message.\n${copy}`,
    says: [['bea@example.com', 'hard', 'user-unknown']],
  },
  {
    name: 'qmail, no host of that name',
    subject: 'failure notice',
    body: `Hi. This is the qmail-send program at mx.example.net.\n\n<carl@nowhere.example>:\nSorry, I couldn't find any host named nowhere.example. (#5.1.2)\n\n--- Below this line is a copy of the message.\n${copy}`,
    says: [['carl@nowhere.example', 'hard', 'domain-unknown']],
  },
  {
    name: 'qmail, tried for a week',
    subject: 'failure notice',
    body: `Hi. This is the qmail-send program at mx.example.net.\n\n<dora@example.com>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long.\n\n--- Below this line is a copy of the message.\n${copy}`,
    says: [['dora@example.com', 'soft', 'expired']],
  },
  {
    name: 'Exim, unknown here',
    header: 'X-Failed-Recipients: emil@example.net\n',
    subject: 'Mail delivery failed: returning message to sender',
    body: `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  emil@example.net\n    Unrouteable address\n\n------ This is a copy of the message, including all the headers. ------\n${copy}`,
    says: [['emil@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'Exim, two recipients with two reasons',
    subject: 'Mail delivery failed: returning message to sender',
    body: `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  fay@example.com\n    SMTP error from remote mail server after RCPT TO:<fay@example.com>:\n    host mx.example.com [192.0.2.9]: 550 5.1.1 <fay@example.com>: Recipient address rejected: User unknown\n  gil@example.com\n    SMTP error from remote mail server after RCPT TO:<gil@example.com>:\n    host mx.example.com [192.0.2.9]: 552 5.2.2 <gil@example.com>: Mailbox full\n\n------ This is a copy of the message, including all the headers. ------\n${copy}`,
    says: [
      ['fay@example.com', 'hard', 'user-unknown'],
      ['gil@example.com', 'soft', 'mailbox-full'],
    ],
  },
  {
    name: 'Exim, still trying',
    kind: 'delay',
    subject: 'Warning: message 1abcDE-0001-AB delayed 24 hours',
    body: `This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.net.\n\nThe address to which the message has not yet been delivered is:\n\n  hans@example.com\n\nNo action is required on your part. Delivery attempts will continue for\nsome time, and this warning may be repeated at intervals.\n`,
    says: [['hans@example.com', 'none', 'unknown']],
  },
  {
    name: 'Sendmail without a delivery status',
    subject: 'Returned mail: User unknown',
    body: `The original message was received at Tue, 3 Nov 2026 09:00:00 GMT\nfrom localhost\n\n   ----- The following addresses had permanent fatal errors -----\n<ida@example.com>\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.com.:\n>>> RCPT To:<ida@example.com>\n<<< 550 5.1.1 <ida@example.com>... User unknown\n550 <ida@example.com>... User unknown\n\n   ----- Original message follows -----\n${copy}`,
    says: [['ida@example.com', 'hard', 'user-unknown']],
  },
  {
    name: 'Sendmail, still trying',
    kind: 'delay',
    subject: 'Warning: could not send message for past 4 hours',
    body: `    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\nThe original message was received at Tue, 3 Nov 2026 09:00:00 GMT\n\n   ----- The following addresses had transient non-fatal errors -----\n<jan@example.com>\n\n   ----- Transcript of session follows -----\n<jan@example.com>... Deferred: Connection timed out with mx.example.com.\nWarning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n`,
    says: [['jan@example.com', 'none', 'network']],
  },
  {
    name: 'Exchange 2003',
    from: 'System Administrator <postmaster@example.net>',
    subject: 'Undeliverable: The November issue',
    body: `Your message\n\n  To:      kim@example.net\n  Subject: The November issue\n  Sent:    Tue, 3 Nov 2026 09:00:00 +0000\n\ndid not reach the following recipient(s):\n\nkim@example.net on Tue, 3 Nov 2026 09:00:05 +0000\n    The recipient name is not recognized\n    The MTS-ID of the original message is: c=us;a= ;p=example;l=MAIL-1\n`,
    says: [['kim@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'Exchange 2007 and later, in text alone',
    from: 'Microsoft Exchange <postmaster@example.net>',
    subject: 'Undeliverable: The November issue',
    body: `Delivery has failed to these recipients or distribution lists:\n\nleo@example.net<mailto:leo@example.net>\nThe recipient's e-mail address was not found in the recipient's e-mail system.\n\n________________________________\nDiagnostic information for administrators:\n\nGenerating server: mail.example.net\n\nleo@example.net\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nOriginal message headers:\n${copy}`,
    says: [['leo@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'Microsoft SMTPSVC',
    subject: 'Delivery Status Notification (Failure)',
    body: `This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       mia@example.com\n`,
    says: [['mia@example.com', 'soft', 'unknown']],
  },
  {
    name: 'Gmail of 2010',
    from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
    header: 'X-Failed-Recipients: nils@example.com\n',
    subject: 'Delivery Status Notification (Failure)',
    body: `Delivery to the following recipient failed permanently:\n\n     nils@example.com\n\nTechnical details of permanent failure:\nGoogle tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: 550 550 5.1.1 <nils@example.com>: Recipient address rejected: User unknown (state 14).\n\n----- Original message -----\n${copy}`,
    says: [['nils@example.com', 'hard', 'user-unknown']],
  },
  {
    name: 'Gmail, goes on trying',
    kind: 'delay',
    from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
    subject: 'Delivery Status Notification (Delay)',
    body: `This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING MESSAGE ONLY.\n\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following recipient has been delayed:\n\n     olaf@example.com\n\nMessage will be retried for 1 more day(s)\n`,
    says: [['olaf@example.com', 'none', 'unknown']],
  },
  {
    name: 'Yahoo',
    from: 'MAILER-DAEMON@yahoo.com',
    subject: 'Failure Notice',
    body: `Sorry, we were unable to deliver your message to the following address.\n\n<pia@example.com>:\nRemote host said: 550 5.1.1 <pia@example.com>... User unknown [RCPT_TO]\n\n--- Below this line is a copy of the message.\n${copy}`,
    says: [['pia@example.com', 'hard', 'user-unknown']],
  },
  {
    name: 'Domino',
    from: 'Postmaster@example.net',
    subject: 'DELIVERY FAILURE: User qua (qua@example.net) not listed in Domino Directory',
    body: `Your message\n\n  Subject: The November issue\n\nwas not delivered to:\n\n  qua@example.net\n\nbecause:\n\n  User qua (qua@example.net) not listed in Domino Directory\n`,
    says: [['qua@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'GroupWise',
    from: 'Mailer-Daemon@example.net',
    subject: 'Message status - undeliverable',
    body: `The message that you sent was undeliverable to the following:\n\tria@example.net (user not found)\n\nPossibly truncated original message follows:\n`,
    says: [['ria@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'MDaemon',
    from: 'MAILER-DAEMON@example.net',
    subject: 'Permanent Delivery Failure',
    body: `The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts the attached message has\nbeen removed from the mail queue on this server.\n\nFAILED ADDRESS(ES):\n  sam@example.com\n\n--- Session Transcript ---\n Tue 2026-11-03 09:00:00: --> RCPT To:<sam@example.com>\n Tue 2026-11-03 09:00:00: <-- 550 <sam@example.com>, Recipient unknown\n--- End Transcript ---\n`,
    says: [['sam@example.com', 'hard', 'user-unknown']],
  },
  {
    name: 'IMail',
    from: 'Postmaster@example.net',
    subject: 'Undeliverable Mail',
    body: `Unknown user: tom@example.net\n\nOriginal message follows.\n${copy}`,
    says: [['tom@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'IMail, full',
    from: 'Postmaster@example.net',
    subject: 'Undeliverable Mail',
    body: `User mailbox exceeds allowed size: ute@example.net\n\nOriginal message follows.\n${copy}`,
    says: [['ute@example.net', 'soft', 'mailbox-full']],
  },
  {
    name: 'Smail 3',
    subject: 'mail failed, returning to sender',
    body: `|------------------------- Message log follows: -------------------------|\n no valid recipients were found for this message\n|------------------------- Failed addresses follow: ---------------------|\n <val@example.com> ... unknown host\n|------------------------- Message text follows: ------------------------|\n${copy}`,
    says: [['val@example.com', 'hard', 'domain-unknown']],
  },
  {
    name: 'Courier',
    subject: 'NOTICE: mail delivery status.',
    body: `This is a delivery status notification from mx.example.net,\nrunning the Courier mail server.\n\nThe original message was received on Tue, 3 Nov 2026 09:00:00 +0000.\n\n---------------------------------------------------------------------------\n\n                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<wim@example.net>:\n    <<< 550 User unknown.\n\n---------------------------------------------------------------------------\n`,
    says: [['wim@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'AOL, which leaves its domain out of the text',
    from: 'Mail Delivery Subsystem <MAILER-DAEMON@example.com>',
    subject: 'Returned mail: see transcript for details',
    body: `   ----- The following addresses had permanent fatal errors -----\n<xia@example.com>\n\n   ----- Transcript of session follows -----\n... while talking to air.example.com.:\n>>> RCPT To:<xia@example.com>\n<<< 550 MAILBOX NOT FOUND\n550 <xia@example.com>... User unknown\n`,
    says: [['xia@example.com', 'hard', 'user-unknown']],
  },
  {
    name: 'PMDF and Sun Messaging Server',
    from: 'Internet Mail Delivery <postmaster@example.net>',
    subject: 'Delivery Notification: Delivery has failed',
    body: `This report relates to a message you sent with the following header fields:\n\n  Message-id: <original-1@example.org>\n  Date: Tue, 03 Nov 2026 09:00:00 +0000\n  From: news@example.org\n  To: yun@example.net\n  Subject: The November issue\n\nYour message cannot be delivered to the following recipients:\n\n  Recipient address: yun@example.net\n  Reason: Illegal host/domain name found\n`,
    says: [['yun@example.net', 'hard', 'domain-unknown']],
  },
  {
    name: 'MMDF',
    from: 'Memo Service <mmdf@example.net>',
    subject: 'Failed mail (msg.aa01)',
    body: `Your message could not be delivered to\n'zoe@example.net (host: mx.example.net) (queue: smtp)' for the following\nreason:  ' <zoe@example.net>... User unknown'\n\n\nYour message begins as follows:\n${copy}`,
    says: [['zoe@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'a server that says why first and whom afterwards',
    from: 'postmaster@example.net',
    subject: 'Undeliverable Mail: "The November issue"',
    body: `Your message:\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected:\n    abe@example.com\n`,
    says: [['abe@example.com', 'hard', 'user-unknown']],
  },
  {
    name: '163 and QQ',
    from: 'Postmaster@163.com',
    subject: '系统退信',
    header: 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n',
    body: `抱歉，您的邮件被退回来了……\n\n收件人：bao@example.com\n退信原因：收件人邮件地址（bao@example.com）不存在，邮件无法送达。\nhost mx.example.com said: 550 5.1.1 User not found\n`,
    says: [['bao@example.com', 'hard', 'user-unknown']],
  },
  {
    name: 'mail.ru',
    from: 'mailer-daemon@corp.mail.ru',
    subject: 'Mail failure.',
    header: 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n',
    body: `Это письмо создано автоматически сервером Mail.Ru, отвечать на него не\nнужно.\n\nК сожалению, Ваше письмо не может\nбыть доставлено одному или нескольким получателям:\n\n**********************\n\ncyr@example.com\nSMTP error from remote mail server after RCPT TO:<cyr@example.com>:\nhost mx.example.com [192.0.2.4]: 550 5.1.1 User unknown\n\n**********************\n`,
    says: [['cyr@example.com', 'hard', 'user-unknown']],
  },
  {
    name: 'KDDI, the reader’s domain filter',
    from: 'Postmaster@ezweb.ne.jp',
    subject: 'Mail System Error - Returned Mail',
    body: `Each of the following recipients was rejected by a remote mail server.\n\n    Recipient: <dai@ezweb.ne.jp>\n    >>> RCPT TO:<dai@ezweb.ne.jp>\n    <<< 550 : User unknown\n`,
    says: [['dai@ezweb.ne.jp', 'soft', 'filtered']],
  },
  {
    name: 'DoCoMo answers after DATA',
    subject: 'Undelivered Mail Returned to Sender',
    body: `This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\n<eri@docomo.ne.jp>: host mfsmax.docomo.ne.jp[192.0.2.5] said: 550 Unknown user\n    eri@docomo.ne.jp (in reply to end of DATA command)\n`,
    says: [['eri@docomo.ne.jp', 'soft', 'filtered']],
  },
  {
    name: 'Amazon SES',
    from: 'MAILER-DAEMON@email-bounces.amazonses.com',
    subject: 'Delivery Status Notification (Failure)',
    body: `An error occurred while trying to deliver the mail to the following recipients:\nflo@example.com\n`,
    says: [['flo@example.com', 'soft', 'unknown']],
  },
  {
    name: 'iCloud, full',
    subject: 'Undelivered Mail Returned to Sender',
    body: `This is the mail system at host mx.example.net.\n\n<gwen@icloud.com>: host mx01.mail.icloud.com[192.0.2.6] said: 552 5.2.2\n    <gwen@icloud.com>: user is over quota (in reply to RCPT TO command)\n`,
    says: [['gwen@icloud.com', 'soft', 'mailbox-full']],
  },
  {
    name: 'Mimecast',
    from: 'postmaster@example.net',
    subject: '[Postmaster] Email Delivery Failure',
    body: `This is a delivery failure notification message indicating that\nan email you addressed to email address :\n-- hal@example.net\n\ncould not be delivered. The problem appears to be :\n-- Recipient email address is possibly incorrect\n\nAdditional information follows :\n-- 5.1.1 Recipient not found\n`,
    says: [['hal@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'Netscape Messaging Server',
    from: 'Mail Administrator <Postmaster@example.net>',
    subject: 'Mail System Error - Returned Mail',
    body: `This Message was undeliverable due to the following reason:\n\nYour message was not delivered because the destination computer refused\nto accept it (the error message is reproduced below).  This type of error\nis usually due to a mis-configured account or mail delivery system on the\ndestination computer.\n\n     Host example.net not responding.\n\nThe following recipients did not receive this message:\n\n     <ivo@example.com>\n\nPlease reply to <Postmaster@example.net>\nif you feel this message to be in error.\n`,
    says: [['ivo@example.com', 'soft', 'network']],
  },
  {
    name: 'Postfix, null MX',
    subject: 'Undelivered Mail Returned to Sender',
    body: `This is the mail system at host mx.example.net.\n\n<joy@example.com>: Domain example.com does not accept mail (nullMX)\n`,
    says: [['joy@example.com', 'hard', 'null-mx']],
  },
  {
    name: 'Postfix, we are on a list',
    subject: 'Undelivered Mail Returned to Sender',
    body: `This is the mail system at host mx.example.net.\n\n<kai@example.com>: host mx.example.com[192.0.2.8] said: 550 5.7.1 Service\n    unavailable; client [198.51.100.1] blocked using zen.example.org (in reply\n    to RCPT TO command)\n`,
    says: [['kai@example.com', 'soft', 'blocked']],
  },
  {
    name: 'fml, a list manager',
    from: 'chat-admin@lists.example.net',
    subject: 'Ignored NOT MEMBER article from news@example.org',
    header: 'X-MLServer: fml [fml 4.0 STABLE (20040215/4.0.4_BETA)]\n',
    body: 'NOT MEMBER article from news@example.org\n\nYour mail is ignored: only members may write to this list.\n',
    says: [['chat@lists.example.net', 'soft', 'policy']],
  },
  {
    name: 'AOL, which names mailboxes without a domain',
    from: 'Mail Delivery Subsystem <MAILER-DAEMON@aol.example>',
    subject: 'Mail Delivery Problem',
    body: 'Your mail to the following recipients could not be delivered because they are not accepting mail from news@example.org:\n\tmira\n',
    says: [['mira@aol.example', 'soft', 'mailbox-disabled']],
  },
  {
    name: 'Dovecot',
    subject: 'Automatically rejected mail',
    body: "Your message to <nora@example.net> was automatically rejected:\nMailbox doesn't exist: nora@example.net\n",
    says: [['nora@example.net', 'hard', 'user-unknown']],
  },
  {
    name: 'Exim in an address beyond ASCII',
    subject: 'Mail delivery failed: returning message to sender',
    header: 'Content-Type: text/plain; charset=utf-8\n',
    body: 'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  пример@почта.example\n    Unrouteable address\n',
    says: [['пример@почта.example', 'hard', 'user-unknown']],
  },
  {
    name: 'the German of 1&1',
    from: 'Mail Delivery System <mailer-daemon@kundenserver.de>',
    subject: 'Mail delivery failed: returning message to sender',
    body: `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\nits recipients. The following addresses failed:\n\n<lia@example.com>\n\nSMTP error from remote server after RCPT command:\nhost: mx.example.com\n5.1.1 <lia@example.com>... User Unknown\n\n--- The header of the original message is following. ---\n${copy}`,
    says: [['lia@example.com', 'hard', 'user-unknown']],
  },
];

const mailOf = ({
  from = 'MAILER-DAEMON@mx.example.net (Mail Delivery System)',
  subject = 'Undelivered Mail',
  header = '',
  body,
}: Case): Buffer =>
  Buffer.from(
    `Return-Path: <>\nFrom: ${from}\nTo: news@example.org\nSubject: ${subject}\nDate: Tue, 3 Nov 2026 09:01:00 +0000\n${header}\n${body}`,
  );

describe('a report in the words of', () => {
  test.each(cases)('$name', async (given) => {
    const { kind, recipients } = await readFeedback(mailOf(given));
    const says = recipients.map(({ address, class: cls, reason }) => [address, cls, reason]);
    expect({ kind, says }).toEqual({ kind: given.kind ?? 'bounce', says: given.says });
  });
});
