/** The issues whose drawings are kept as goldens: one in English, one right to left, one that mixes both. */
import { fileURLToPath } from 'node:url';
import type { IssueSource } from '../support/issue-site.ts';

const place = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const goldenIssues: readonly (IssueSource & { name: string })[] = [
  { name: 'english', slug: 'tidewater', address: 'Sennet Quay 1, Merrow Isles', file: place('emails/sample/issue.md') },
  { name: 'urdu', slug: 'waraq', address: 'Library Lane 3, Nilpur', file: place('tests/fixtures/issues/urdu/issue.md') },
  { name: 'mixed', slug: 'two-shores', address: 'Gatehouse, Orrow', file: place('tests/fixtures/issues/mixed/issue.md') },
];

/** Where a golden is kept. */
export const goldenFile = (name: string): string => fileURLToPath(new URL(`./kept/${name}`, import.meta.url));
