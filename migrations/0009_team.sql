-- The people of the desk: who they are, their passkeys, where they are signed in, and what waits to be shown once.
CREATE TABLE editors (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL,
  email_key TEXT UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  handle BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  joined_at INTEGER,
  removed_at INTEGER
) STRICT;

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  editor_id INTEGER NOT NULL REFERENCES editors (id),
  domain TEXT NOT NULL,
  public_key BLOB NOT NULL,
  counter INTEGER NOT NULL,
  transports TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX passkeys_editor ON passkeys (editor_id);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  editor_id INTEGER NOT NULL REFERENCES editors (id),
  way TEXT NOT NULL,
  browser TEXT NOT NULL,
  network TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  proved_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_editor ON sessions (editor_id);

-- What somebody must show once: a link that was sent, or the answer to a passkey's challenge. The row goes with its use.
CREATE TABLE proofs (
  hash BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  editor_id INTEGER REFERENCES editors (id),
  browser BLOB,
  facts TEXT NOT NULL,
  notice_id INTEGER,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX proofs_expires ON proofs (expires_at);
CREATE INDEX proofs_editor ON proofs (editor_id);

CREATE TABLE tries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  network TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX tries_network ON tries (kind, network, at);
CREATE INDEX tries_at ON tries (at);
