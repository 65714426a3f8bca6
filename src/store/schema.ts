/** The tables as Drizzle knows them. The SQL in `migrations/` is the truth (STRICT, WITHOUT ROWID); a test holds the two together. Times are UTC in milliseconds. */
export * from './schema-content.ts';
export * from './schema-feedback.ts';
export * from './schema-measuring.ts';
export * from './schema-readers.ts';
export * from './schema-sending.ts';
export * from './schema-team.ts';
export * from './schema-writing.ts';
