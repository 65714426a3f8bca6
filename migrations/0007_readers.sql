-- What readers meet: the words they agree to, requests that an address must confirm, pauses that end by themselves, formats, reasons for leaving.
ALTER TABLE publications ADD COLUMN welcome INTEGER NOT NULL DEFAULT 0;

ALTER TABLE subscriptions ADD COLUMN paused_until INTEGER;
ALTER TABLE subscriptions ADD COLUMN format TEXT NOT NULL DEFAULT 'full';

ALTER TABLE consents ADD COLUMN text_hash TEXT;
ALTER TABLE consents ADD COLUMN page TEXT;
ALTER TABLE consents ADD COLUMN network TEXT;
ALTER TABLE consents ADD COLUMN until INTEGER;

CREATE TABLE consent_texts (
  hash TEXT PRIMARY KEY NOT NULL,
  language TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE reasons (
  consent_id INTEGER PRIMARY KEY NOT NULL REFERENCES consents (id),
  text TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publication_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  reader_id INTEGER,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  domain TEXT NOT NULL,
  name TEXT,
  language TEXT NOT NULL,
  way TEXT NOT NULL,
  text_hash TEXT,
  page TEXT,
  network TEXT NOT NULL,
  notice_id INTEGER,
  asked_at INTEGER NOT NULL,
  written_at INTEGER,
  used_at INTEGER
) STRICT;
CREATE INDEX requests_waiting ON requests (id) WHERE state = 'waiting';
CREATE INDEX requests_network ON requests (network, asked_at);
CREATE INDEX requests_written ON requests (written_at);
CREATE INDEX requests_address ON requests (email_key, written_at);
CREATE INDEX requests_asked ON requests (asked_at);
