/** Delivery on the desk: what the environment says of it, read-only and without a secret, and a test of the relay that is pressed by hand. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import { describeRelay, type RelayTest, testRelay } from '../../deliver/deliver.ts';
import { checkRecords, type Dkim, dkimRecord, type RecordCheck, type TxtLookup } from '../../message/message.ts';
import type { GroupRates } from '../../model/pace.ts';
import { mayAs } from '../../model/person.ts';
import type { Db } from '../../store/open.ts';
import { listPublications } from '../../store/publications.ts';
import { type DeliveryView, deliveryBody, deliveryPath } from './delivery-page.ts';
import type { Desk } from './desk.ts';
import { personOf } from './entry.ts';

export interface DeliverySettings {
  /** The relay with its password; absent in a rehearsal. */
  smtp?: { url: string; connections: number } | undefined;
  ratePerSecond?: number | undefined;
  ratesByDomain?: GroupRates | undefined;
  bounceDomain?: string | undefined;
  /** Present when mail that comes back is taken in here. */
  inbound?: object | undefined;
  unknownPolicy?: 'hold' | 'retry';
}

export interface DeliveryDeps {
  db: Db;
  settings: DeliverySettings;
  /** The keys that sign. */
  dkim: Dkim | undefined;
  /** Asks the DNS for their records; absent: nobody looks. */
  lookUpTxt?: TxtLookup | undefined;
  /** Milliseconds a test may take. */
  testLimitMs?: number | undefined;
}

/** Milliseconds that the page waits for the DNS; and how long an answer is shown, so that reloading does not ask each time. */
const patience = 1500;
const freshFor = 10_000;

/** Serves `/console/settings/delivery` and the test. Who presses while a test runs gets the answer of that one. */
export function deliveryRoutes(desk: Desk, { db, settings, dkim, lookUpTxt, testLimitMs }: DeliveryDeps): void {
  const { smtp } = settings;
  const signing = dkim && { domain: dkim.domain, records: dkim.keys.map((key) => dkimRecord(dkim.domain, key)) };
  let testing: Promise<RelayTest> | undefined;

  let looking: { since: number; checks: Promise<RecordCheck[]> } | undefined;

  /** What the DNS says of our records; undefined when it has not answered yet. */
  async function recordsSeen(): Promise<RecordCheck[] | undefined> {
    if (dkim === undefined || lookUpTxt === undefined) return undefined;
    if (looking === undefined || performance.now() - looking.since > freshFor)
      looking = { since: performance.now(), checks: checkRecords(lookUpTxt, dkim) };
    return Promise.race([looking.checks, sleep(patience, undefined, { ref: false })]);
  }

  desk.get(deliveryPath, 'viewer', (_request, response) => show(response, undefined));

  desk.post(`${deliveryPath}/test`, 'owner', async (_request, response) => {
    if (smtp === undefined) return response.redirect(303, deliveryPath);
    testing ??= testRelay(smtp.url, testLimitMs === undefined ? {} : { limitMs: testLimitMs }).finally(() => {
      testing = undefined;
    });
    await show(response, await testing);
  });

  async function show(response: Response, test: RelayTest | undefined): Promise<void> {
    const { ratePerSecond, ratesByDomain, bounceDomain, inbound, unknownPolicy = 'hold' } = settings;
    const view: DeliveryView = {
      ...{ ratePerSecond, ratesByDomain, bounceDomain, unknownPolicy, inbound: inbound !== undefined, signing, test },
      seen: await recordsSeen(),
      strangers: dkim === undefined ? [] : listPublications(db).filter(({ fromAddress }) => !isOf(fromAddress, dkim.domain)),
      relay: smtp && { ...describeRelay(smtp.url), connections: smtp.connections },
      owner: mayAs(personOf(response).role, 'owner'),
    };
    desk.show(response, { title: 'Delivery', here: { place: 'delivery', exact: true }, body: deliveryBody(view) });
  }
}

/** Whether a signature of a domain speaks for an address: of that domain, or of one above or below it (RFC 7489, section 3.1.1). */
function isOf(address: string, domain: string): boolean {
  const own = `.${address.slice(address.lastIndexOf('@') + 1).toLowerCase()}`;
  return own.endsWith(`.${domain}`) || `.${domain}`.endsWith(own);
}
