/** Who may see the console while it is nobody's: people at this very machine, and nobody who came through a proxy or under a foreign name. */
import type { Request } from 'express';

/** Names this machine has for itself. Any other name in Host may be a foreign page that points its own name here (DNS rebinding). */
const ownNames = /^(?:(?:[\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

const loopback = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** Headers that a proxy leaves: with one in between, "from this machine" says nothing about who asks. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/** Why a request may not see the console, in words for its page; undefined when it may. */
export function whyNotConsole({
  remoteAddress,
  httpVersion,
  header,
}: {
  remoteAddress: string | undefined;
  httpVersion: string;
  header: (name: string) => string | undefined;
}): string | undefined {
  if (!loopback.test(remoteAddress ?? ''))
    return 'Until somebody has set it up, the console opens only on the machine Galley runs on. Open it there, or through an SSH tunnel.';
  // Browsers speak HTTP/1.1 here; a proxy that says nothing else about itself often speaks 1.0.
  if (proxyHeaders.some((name) => header(name) !== undefined) || httpVersion === '1.0') {
    return 'This request came through a proxy, so it may be from anyone. Until somebody has set it up, open the console on the machine Galley runs on, without the proxy.';
  }
  if (!ownNames.test(header('host') ?? ''))
    return 'Until somebody has set it up, the console answers only as localhost. Open it as http://localhost, with the port Galley listens on.';
  return undefined;
}

/** The same of a request. */
export function whyNotHere(request: Request): string | undefined {
  const { socket, httpVersion } = request;
  return whyNotConsole({ remoteAddress: socket.remoteAddress, httpVersion, header: (name) => request.get(name) });
}

/** Whether a request came under a name that this machine has for itself. */
export function atOwnName(request: Request): boolean {
  return ownNames.test(request.get('host') ?? '');
}
