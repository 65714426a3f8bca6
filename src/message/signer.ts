/** Signing as a worker does it: with a look at its own first signature of each message, before anybody else looks at it. */
import { type Dkim, signMessage, type Unsigned } from './dkim.ts';
import { dkimTrouble } from './dkim-record.ts';

/** Signs a mail of `template`. Rejects when the first one of a template comes out so that receivers would refuse it: then none of them may go. */
export type Signer = (template: object, message: Unsigned, now: number) => Promise<Buffer>;

export function openSigner(dkim: Dkim): Signer {
  const checked = new WeakSet<object>();
  return async (template, message, now) => {
    const signed = await signMessage(message, dkim, now);
    if (checked.has(template)) return signed;
    const trouble = dkimTrouble(signed, dkim);
    if (trouble !== undefined) throw new Error(`receivers would refuse our DKIM signature: ${trouble}`);
    checked.add(template);
    return signed;
  };
}
