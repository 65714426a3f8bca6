CREATE TABLE publications (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  from_address TEXT NOT NULL,
  reply_to TEXT,
  language TEXT NOT NULL,
  zone TEXT NOT NULL,
  postal_address TEXT NOT NULL,
  slot TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE issues (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  number TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX issues_number ON issues (publication_id, number);

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  revision INTEGER NOT NULL,
  tree TEXT NOT NULL,
  source TEXT NOT NULL,
  stops TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX revisions_revision ON revisions (issue_id, revision);

CREATE TABLE assets (
  name TEXT PRIMARY KEY NOT NULL,
  type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE editions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  revision INTEGER NOT NULL,
  language TEXT NOT NULL,
  format TEXT NOT NULL,
  hash TEXT NOT NULL,
  subject TEXT NOT NULL,
  email TEXT NOT NULL,
  plain_text TEXT NOT NULL,
  page TEXT NOT NULL,
  pdf BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX editions_key ON editions (issue_id, revision, language, format);

CREATE TABLE readers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  name TEXT,
  language TEXT,
  attributes TEXT,
  import_id INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE subscriptions (
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  reader_id INTEGER NOT NULL REFERENCES readers (id),
  state TEXT NOT NULL,
  before TEXT,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (publication_id, reader_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE consents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publication_id INTEGER NOT NULL,
  reader_id INTEGER NOT NULL,
  event TEXT NOT NULL,
  way TEXT NOT NULL,
  import_id INTEGER,
  send_id INTEGER,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX consents_reader ON consents (reader_id);

CREATE TABLE imports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  file TEXT NOT NULL,
  consent TEXT NOT NULL,
  state TEXT NOT NULL,
  staging TEXT,
  progress INTEGER NOT NULL,
  added INTEGER NOT NULL,
  subscribed INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  departed INTEGER NOT NULL,
  suppressed INTEGER NOT NULL,
  duplicate INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

CREATE TABLE suppressions (
  hash BLOB NOT NULL,
  publication_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (hash, publication_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sends (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  issue_id INTEGER NOT NULL REFERENCES issues (id),
  edition_id INTEGER NOT NULL REFERENCES editions (id),
  state TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  waived TEXT NOT NULL,
  scheduled_for INTEGER NOT NULL,
  as_of INTEGER,
  frozen_through INTEGER NOT NULL,
  frozen INTEGER NOT NULL,
  prepared INTEGER NOT NULL,
  ready INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  deferred INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  bounced INTEGER NOT NULL,
  complained INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

CREATE TABLE templates (
  send_id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;

CREATE TABLE deliveries (
  send_id INTEGER NOT NULL,
  reader_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  batch_id INTEGER,
  attempts INTEGER NOT NULL,
  due_at INTEGER,
  reply TEXT,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (send_id, reader_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_ready ON deliveries (send_id, reader_id) WHERE state = 'ready';
CREATE INDEX deliveries_due ON deliveries (send_id, due_at) WHERE state = 'deferred';
CREATE INDEX deliveries_queued ON deliveries (batch_id) WHERE state = 'queued';

CREATE TABLE batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  send_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE workers (
  id TEXT PRIMARY KEY NOT NULL,
  epoch INTEGER NOT NULL,
  gone_at_batch INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE engine (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  epoch_began INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  instance TEXT NOT NULL,
  rehearsal INTEGER NOT NULL,
  relay_trouble TEXT
) STRICT;
INSERT INTO engine VALUES (1, 0, 0, '', '', 0, lower(hex(randomblob(8))), 0, NULL);

CREATE TABLE keys (
  purpose TEXT NOT NULL,
  number INTEGER NOT NULL,
  wrapped BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (purpose, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT
) STRICT;
