/** Certificates of an authority of the test's own, made with openssl: one that holds, or one whose time is over. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOnPath } from './programs.ts';

/** Why tests with certificates are left out on this machine, or undefined when they can run. */
export const withoutCertificates = programOnPath('openssl') === undefined ? 'openssl is not installed' : undefined;

export interface Certificate extends Disposable {
  /** PEM files. */
  certificate: string;
  key: string;
  /** The authority's own certificate, PEM text: whoever trusts it trusts the other while it holds. */
  authority: string;
}

/** Makes a certificate for an IP address; `over`: it held two years ago. */
export function makeCertificate(address: string, { over = false } = {}): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  mkdirSync(join(folder, 'issued'));
  writeFileSync(join(folder, 'index'), '');
  writeFileSync(join(folder, 'serial'), '01\n');
  writeFileSync(
    join(folder, 'settings'),
    `[ca]
default_ca = test
[test]
database = index
serial = serial
new_certs_dir = issued
certificate = authority.pem
private_key = authority.key
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
`,
  );
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-config', 'settings'];
  openssl('req', '-x509', ...fresh, '-days', '2', '-subj', '/CN=test authority', '-keyout', 'authority.key', '-out', 'authority.pem');
  const names = ['-subj', '/CN=relay.example', '-addext', `subjectAltName=IP:${address}`];
  openssl('req', '-new', ...fresh, ...names, '-keyout', 'key.pem', '-out', 'request.pem');
  const year = new Date().getUTCFullYear();
  const time = over ? ['-startdate', `${year - 3}0101000000Z`, '-enddate', `${year - 2}0101000000Z`] : ['-days', '2'];
  openssl('ca', '-batch', '-config', 'settings', ...time, '-in', 'request.pem', '-out', 'certificate.pem', '-notext');
  return {
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'key.pem'),
    authority: readFileSync(join(folder, 'authority.pem'), 'utf8'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
