/** Mails that come back, made for the tests: what a relay, a provider's feedback loop, a vacation program and a person send. */

/** A delivery status notification (RFC 3464) about `to`. */
export function dsn({
  to = 'r1@example.com',
  status = '5.1.1',
  words = '550 5.1.1 <r1@example.com>: Recipient address rejected: User unknown',
  action = 'failed',
  messageId = '',
  envid = '',
} = {}): string {
  return `From: MAILER-DAEMON@relay.example (Mail Delivery System)
To: bounces@tidewater.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host relay.example. I'm sorry to have to inform you that your message could not be delivered.

<${to}>: host mx.example.com said: ${words} (in reply to RCPT TO command)

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
${envid && `Original-Envelope-Id: ${envid}\n`}Arrival-Date: Sun, 22 Nov 2026 09:00:00 +0000

Final-Recipient: rfc822; ${to}
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp; ${words}

--b
Content-Type: text/rfc822-headers

From: news@tidewater.example
To: ${to}
Subject: November
${messageId && `Message-ID: <${messageId}>\n`}
--b--
`;
}

/** A complaint (RFC 5965). */
export function complaint(type = 'abuse', token = ''): string {
  return `From: feedback@isp.example
To: abuse@tidewater.example
Subject: FW: November
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: ${type}
User-Agent: Loop/1.0
Version: 1
Original-Mail-From: <news@tidewater.example>

--b
Content-Type: message/rfc822

From: news@tidewater.example
To: reader@isp.example
Subject: November
${token && `Message-ID: <${token}@tidewater.example>\n`}
Welcome.
--b--
`;
}

export const vacation = `From: Rabia <r1@example.com>
To: bounces@tidewater.example
Subject: Automatic reply: November
Auto-Submitted: auto-replied

I am out of the office until Monday.
`;

export const letter = `From: Rabia <r1@example.com>
To: bounces@tidewater.example
Subject: Re: November
Message-ID: <a1@example.com>

Dear editors, the tide table on page 3 is last year's.
.A line that begins with a dot. Grüße
`;

export const pleaseLeave = `From: Rabia <r1@example.com>
To: leave@tidewater.example
Subject: unsubscribe

`;
