-- What comes back: every mail taken before it is read, every event with its evidence, and what each did to a reader.
CREATE TABLE inbound (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  way TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  raw BLOB,
  state TEXT NOT NULL,
  kind TEXT,
  note TEXT,
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  read_at INTEGER
) STRICT;
CREATE INDEX inbound_waiting ON inbound (due_at) WHERE state = 'waiting';
CREATE INDEX inbound_tray ON inbound (id) WHERE state = 'tray';
CREATE INDEX inbound_received ON inbound (received_at);

CREATE TABLE feedback (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  scope TEXT NOT NULL,
  class TEXT NOT NULL,
  status TEXT,
  code TEXT,
  diagnostic TEXT,
  reporter TEXT,
  found_by TEXT NOT NULL,
  inbound_id INTEGER,
  publication_id INTEGER,
  reader_id INTEGER,
  send_id INTEGER,
  domains TEXT,
  proven INTEGER NOT NULL,
  charge TEXT NOT NULL,
  effect TEXT NOT NULL,
  why TEXT NOT NULL,
  undone_at INTEGER
) STRICT;
CREATE INDEX feedback_reader ON feedback (reader_id);
CREATE INDEX feedback_at ON feedback (at);
CREATE INDEX feedback_send ON feedback (send_id, charge);
CREATE INDEX feedback_domains ON feedback (domains, at) WHERE charge = 'hard';
CREATE INDEX feedback_parked ON feedback (at) WHERE effect = 'parked';
CREATE INDEX feedback_inbound ON feedback (inbound_id) WHERE inbound_id IS NOT NULL;
-- One effect per mail: what a bounce mail says and what the relay answered are the same event.
CREATE UNIQUE INDEX feedback_once ON feedback (send_id, reader_id)
  WHERE charge IN ('strike', 'heavy', 'hard') AND effect IN ('held', 'suspended', 'parked') AND undone_at IS NULL;

CREATE TABLE outages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domains TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX outages_until ON outages (until);

-- Marks beside the states of a delivery. What was refused before this migration is history and judged by nobody.
ALTER TABLE deliveries ADD COLUMN bounced_at INTEGER;
ALTER TABLE deliveries ADD COLUMN complained_at INTEGER;
ALTER TABLE deliveries ADD COLUMN heard_at INTEGER;
UPDATE deliveries SET heard_at = changed_at WHERE state = 'refused';
CREATE INDEX deliveries_refused ON deliveries (send_id, reader_id) WHERE state = 'refused' AND heard_at IS NULL;
ALTER TABLE sends ADD COLUMN alarmed_at INTEGER;
ALTER TABLE consents ADD COLUMN feedback_id INTEGER;
