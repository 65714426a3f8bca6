/** Where the relay is and how it must be spoken to, read from SMTP_URL. */
import { isIP } from 'node:net';
import type { Options } from 'nodemailer/lib/smtp-connection';
import { AppError } from '../errors.ts';

export interface RelayTimeouts {
  /** Milliseconds for the connection and the greeting (RFC 5321 section 4.5.3.2.1 asks for 5 minutes). */
  greeting: number;
  /** Milliseconds of silence after a command or after the final dot (RFC 5321 section 4.5.3.2.6 asks for 10 minutes). */
  answer: number;
  /** Milliseconds a connection is kept without a message. */
  idle: number;
}

export const defaultTimeouts: RelayTimeouts = { greeting: 300_000, answer: 600_000, idle: 15_000 };

export interface Relay {
  /** `host:port`, for people. */
  place: string;
  options: Options;
  login?: { user: string; pass: string };
}

/**
 * Reads `smtp://` or `smtps://`, with `user:password@` and a port when needed. Off loopback the line is encrypted and the certificate verified, or nothing
 * is sent; on loopback STARTTLS is used when it works and no certificate is asked for. So a password never travels in clear text over a network.
 */
export function readRelay(url: string, name: string | undefined, timeouts: RelayTimeouts): Relay {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new AppError(
      'relay.url',
      'The relay address must look like smtp://user:password@mail.example.org:587 or smtps://mail.example.org',
    );
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const near = isLoopback(host);
  const secure = parsed.protocol === 'smtps:';
  const port = parsed.port === '' ? standardPort(secure, near) : Number(parsed.port);
  const [user, pass] = [decodeURIComponent(parsed.username), decodeURIComponent(parsed.password)];
  return {
    place: isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`,
    ...(user !== '' && { login: { user, pass } }),
    options: {
      host,
      port,
      secure,
      requireTLS: !secure && !near,
      opportunisticTLS: !secure && near,
      tls: { rejectUnauthorized: !near },
      // Nodemailer cuts the wait for a greeting short by what is left of connectionTimeout
      connectionTimeout: timeouts.greeting,
      greetingTimeout: timeouts.greeting,
      socketTimeout: timeouts.answer,
      allowInternalNetworkInterfaces: near,
      ...(name !== undefined && { name }),
    },
  };
}

/** Submission needs 587 (RFC 6409) or 465 (RFC 8314); the relay on this machine listens on 25. */
function standardPort(secure: boolean, near: boolean): number {
  if (secure) return 465;
  return near ? 25 : 587;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
