/** Suppressed addresses, which the store knows only as keyed hashes. */
import { createHmac } from 'node:crypto';

/** What stands in `suppressions` for an address: HMAC-SHA256 of its key form (see `model/address.ts`) under the key `suppression` of the ring. */
export function suppressionHash(suppressionKey: Uint8Array, addressKey: string): Buffer {
  return createHmac('sha256', suppressionKey).update(addressKey).digest();
}
