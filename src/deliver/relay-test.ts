/** The relay tried out while a person waits: connects, encrypts, logs in and leaves again, without a mail; and what to do about an answer that is no yes. */
import { type RelayTimeouts, readRelay } from './smtp-relay.ts';
import { openTransport } from './transport.ts';

/** Where the relay is and how it is spoken to, without its password. */
export interface RelayFacts {
  /** `host:port` */
  place: string;
  /** Who logs in; undefined for nobody. */
  user: string | undefined;
  /** `tls` from the first word, `starttls` or nothing is sent, `near` on this machine, where it may stay plain. */
  line: 'tls' | 'starttls' | 'near';
}

/** Throws AppError `relay.url` for an address that is none. */
export function describeRelay(url: string): RelayFacts {
  const { place, login, options } = readRelay(url, undefined, timeoutsWithin(0));
  return { place, user: login?.user, line: options.secure ? 'tls' : options.requireTLS ? 'starttls' : 'near' };
}

/** `trouble` is undefined when the relay is ready for mail; else what was wrong, as the relay or the network had it, and `advice`, a sentence on what to do. */
export interface RelayTest {
  trouble: string | undefined;
  advice: string;
  /** Milliseconds it took. */
  took: number;
}

/** Connects as a worker would, and leaves. Never rejects, never mails, and answers within `limitMs`. */
export async function testRelay(url: string, { limitMs = 10_000, name }: { limitMs?: number; name?: string } = {}): Promise<RelayTest> {
  const began = performance.now();
  const transport = openTransport({ url, connections: 1, timeouts: timeoutsWithin(limitMs), ...(name !== undefined && { name }) });
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    transport.abandon();
  }, limitMs);
  try {
    const trouble = await transport.probe();
    const said = late ? `no answer from ${describeRelay(url).place}` : trouble && plainly(trouble);
    return { trouble: said, advice: said === undefined ? '' : adviceOn(said), took: Math.round(performance.now() - began) };
  } finally {
    clearTimeout(limit);
    void transport.close();
  }
}

/** A little less than the limit: silence should be told in the transport's own words. */
const timeoutsWithin = (limitMs: number): RelayTimeouts => {
  const each = Math.max(1, limitMs - 500);
  return { greeting: each, answer: each, idle: 1 };
};

/** What a person can do, by the words of the trouble; the first that fits. */
const advices: readonly { words: RegExp; advice: string; why: string }[] = [
  {
    words: /^no such host/,
    advice: 'Check how the host is spelt in SMTP_URL.',
    why: 'the name has no address',
  },
  {
    words: /^connection refused/,
    advice: 'Check host and port in SMTP_URL, and that the relay runs: 587 and 465 are the usual ports.',
    why: 'the machine answers, and nothing listens at that port',
  },
  {
    words: /^no (?:answer|route)/,
    advice: 'Check host and port in SMTP_URL. Many networks block port 25: try 587, or 465, which takes smtps://.',
    why: 'packets are dropped on the way, or both sides wait for the other to begin with TLS',
  },
  {
    words: /takes no login/,
    advice: 'Use the port for submission, 587 or 465, or take user and password out of SMTP_URL.',
    why: 'relays offer AUTH on submission ports only',
  },
  {
    words: /^login refused/,
    advice: 'Check user and password in SMTP_URL; signs such as @ : / in them are written %40 %3A %2F.',
    why: 'the most common slip is a password that is not percent-encoded',
  },
  {
    words: /certificate|altnames|self.signed|issuer/i,
    advice:
      'Use the host name that the relay’s certificate is for, or have the certificate renewed: mail is sent only where it can be verified.',
    why: 'certificates are verified off this machine',
  },
  {
    words: /TLS and plain text/,
    advice: 'Port 465 goes with smtps://, port 587 with smtp:// in SMTP_URL.',
    why: 'one side speaks TLS and the other does not',
  },
  {
    words: /^turned away at \S+ (?:454|50[0-4])|starttls/i,
    advice: 'This relay does not encrypt on that port: use smtps:// and port 465, or another relay.',
    why: 'RFC 3207: 454 and 50x are the answers to STARTTLS; off this machine nothing goes over a plain line',
  },
  {
    words: /without a greeting/,
    advice: 'It hung up at once: the port may want smtps:// in SMTP_URL, or the relay does not want this machine.',
    why: 'seen from relays with a list of who may come, and from TLS ports',
  },
  {
    words: /^turned away/,
    advice: 'The relay does not want this machine: ask who runs it to let it in.',
    why: 'an answer to the connection or to EHLO that is no yes',
  },
];

/** What OpenSSL says of a line that is not encrypted where it should be means nothing to anybody else. */
function plainly(trouble: string): string {
  const [, place] = /^(.*?): .*(?:wrong version number|SSL routines|packet length too long)/.exec(trouble) ?? [];
  return place === undefined ? trouble : `${place} and Galley do not agree on TLS and plain text`;
}

const adviceOn = (trouble: string): string =>
  advices.find(({ words }) => words.test(trouble))?.advice ??
  'Compare SMTP_URL with what whoever runs the relay gave you; its log says more.';
