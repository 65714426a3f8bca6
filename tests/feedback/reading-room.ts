/** The room of feedback with its reader: mails are taken as rows and read, about a send that went out. */
import { openFeedback } from '../../src/feedback/feedback.ts';
import { mintToken, type TokenKind } from '../../src/model/token.ts';
import { addInbound, type NewInbound } from '../../src/store/inbound.ts';
import type { Send } from '../../src/store/sends.ts';
import { openRoom } from './room.ts';

export function setUp(readers = 3, { sent = true } = {}) {
  const room = openRoom(readers);
  const feedback = openFeedback({
    ...room.deps,
    suppressionKey: room.ring.suppression,
    tokenKeys: room.ring.tokens,
    rehearsal: false,
    bounceDomain: undefined,
  });
  const send = sent ? room.send() : undefined;
  const token = (reader: number, kind: TokenKind = 'delivery', of: Pick<Send, 'id'> | undefined = send) =>
    mintToken(room.ring.tokens, kind, { publication: room.publication.id, reader, send: of?.id ?? 0 });
  const to = (reader: number, kind: TokenKind = 'delivery', of = send) =>
    `${kind === 'leave' ? 'u' : 'b'}+${token(reader, kind, of)}@tidewater.example`;
  const take = (raw: string, envelope: Partial<NewInbound> = {}) =>
    addInbound(room.db, [{ way: 'listener', sender: '', recipients: [], ...envelope, raw: Buffer.from(raw) }], room.clock.now);
  const read = () => feedback.readWaiting(new AbortController().signal);
  return { ...room, feedback, first: send as Send, token, to, take, read };
}
