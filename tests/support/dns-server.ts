/** A DNS server of the test's own on loopback, over UDP (RFC 1035): it answers TXT questions from a table, and says otherwise what it is told to. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Records of a name, each in its strings; or how the server fails: no such name, an error of its own, or no answer. */
export type DnsAnswer = string[][] | 'none' | 'error' | 'silence';

export interface DnsServer {
  /** `127.0.0.1:PORT`. */
  address: string;
  /** The names that were asked for. */
  asked: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

const codes = { none: 3, error: 2 } as const;

export async function openDnsServer(table: Readonly<Record<string, DnsAnswer>>): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (question, from) => {
    const { name, end } = nameIn(question);
    asked.push(name);
    const answer = table[name.toLowerCase()] ?? 'none';
    if (answer === 'silence') return;
    const records = typeof answer === 'string' ? [] : answer;
    const head = Buffer.from(question.subarray(0, 12));
    head.writeUInt16BE(0x8180 | (typeof answer === 'string' ? codes[answer] : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    head.writeUInt32BE(0, 8);
    socket.send(Buffer.concat([head, question.subarray(12, end + 4), ...records.map(txt)]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function nameIn(question: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), end: at + 1 };
}

/** A TXT record of the name that was asked for. */
function txt(strings: readonly string[]): Buffer {
  const data = Buffer.concat(strings.map((each) => Buffer.concat([Buffer.of(each.length), Buffer.from(each, 'latin1')])));
  const head = Buffer.from('c00c00100001000000000000', 'hex');
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
