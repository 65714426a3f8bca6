/** The keys that sign our mail: read from their files, and made by `galley keys dkim`. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { checkRecords, type Dkim, dkimRecord, readDkim } from '../message/message.ts';
import { listPublications } from '../store/publications.ts';
import { makeFolder, withData } from './data.ts';
import { openTxtLookup, tellRecords } from './dkim-dns.ts';
import type { Arguments, Context } from './table.ts';

/** The keys that sign, read once; undefined when none is set. Errors say what is wrong with a file or a key. */
export function readDkimKeys({ dkim }: Pick<Config, 'dkim'>): Dkim | undefined {
  if (dkim === undefined) return undefined;
  const [selectors, files] = [dkim.selector, dkim.keyFile].map((list) => list.split(',').map((each) => each.trim())) as [
    string[],
    string[],
  ];
  if (selectors.length !== files.length)
    throw new AppError(
      'dkim.pairs',
      `DKIM_SELECTOR names ${selectors.length} and DKIM_KEY_FILE ${files.length}: each selector goes with a file, both lists in the same order`,
    );
  return readDkim({ domain: dkim.domain, keys: selectors.map((selector, i) => ({ selector, pem: readPem(files[i] ?? '') })) });
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('dkim.file', `DKIM_KEY_FILE ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

const makers: Record<string, () => KeyObject> = {
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ed25519: () => generateKeyPairSync('ed25519').privateKey,
};

/**
 * `galley keys dkim`: makes a key in DATA_DIR and prints its record and the settings that use it; where keys are set and no other selector is asked for, prints
 * the records of those. A key that is there is never written over. With `--check` it looks whether the records of the keys that are set are in the DNS, and ends
 * with 1 when one is not.
 */
export async function keysDkim(context: Context, { values }: Arguments): Promise<number> {
  const { config } = context;
  const { selector, kind = 'rsa', json } = values;
  const set = readDkimKeys(config);
  if (values['check'] === true) {
    if (set === undefined)
      throw new AppError(
        'usage',
        'keys dkim --check looks for the keys that sign, and none is set: DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE name them',
      );
    return tellRecords(context.print, await checkRecords(openTxtLookup(), set), json === true);
  }
  if (set !== undefined && selector === undefined) {
    tell(context, json === true, set, undefined);
    return 0;
  }
  const make = makers[String(kind)];
  if (make === undefined) throw new AppError('usage', `--kind ${kind}: take rsa, which every receiver knows, or ed25519 as a second key`);
  const name = String(selector ?? 'galley1');
  const domain = String(values['domain'] ?? (await senderDomain(config)));
  const pem = make().export({ type: 'pkcs8', format: 'pem' }).toString();
  const made = readDkim({ domain, keys: [{ selector: name, pem }] });
  const file = resolve(join(config.dataDir, `dkim-${name}.pem`));
  makeFolder(config.dataDir);
  try {
    writeFileSync(file, pem, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'EEXIST' ? 'is there already, and mail may be signed with it: choose another --selector' : `cannot be written (${code})`;
    throw new AppError('dkim.file', `${file} ${why}`, { cause });
  }
  tell(context, json === true, made, file);
  return 0;
}

/** The domain that readers' mail comes from, when it is one. */
async function senderDomain(config: Config): Promise<string> {
  const domains = await withData(config, ({ db }) => [
    ...new Set(listPublications(db).map(({ fromAddress }) => fromAddress.split('@').at(-1) ?? '')),
  ]);
  const [only] = domains;
  if (only !== undefined && domains.length === 1) return only;
  const found = domains.length === 0 ? 'there is no publication yet' : `publications send from ${domains.join(', ')}`;
  throw new AppError('usage', `keys dkim needs --domain: ${found}, and a key signs for one domain (or those below it)`);
}

function tell({ print }: Context, json: boolean, { domain, keys }: Dkim, file: string | undefined): void {
  const all = keys.map((key) => ({ selector: key.selector, algorithm: key.algorithm, ...dkimRecord(domain, key) }));
  if (json) {
    print(JSON.stringify({ domain, ...(file !== undefined && { file }), keys: all }));
    return;
  }
  for (const { name, strings } of all)
    print(`TXT record of ${name}:\n\n${name}. IN TXT ( ${strings.map((each) => `"${each}"`).join('\n  ')} )\n`);
  const [first] = all;
  if (file === undefined || first === undefined) return;
  print(
    `Put it into the DNS first. Then set these, and start Galley again:\n\nDKIM_DOMAIN=${domain}\nDKIM_SELECTOR=${first.selector}\nDKIM_KEY_FILE=${file}`,
  );
  if (first.algorithm === 'ed25519-sha256')
    print(
      '\nNot every receiver knows Ed25519: keep the RSA key, and name both, such as DKIM_SELECTOR=galley1,galley2 and both files in that order.',
    );
}
