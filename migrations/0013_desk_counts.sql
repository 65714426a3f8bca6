-- What the desk shows while a send goes out and afterwards, counted in the transactions that move the rows, so that no page reads a million of them.
-- Whose mailbox provider a delivery goes to (`model/breaker.ts`), 0 for everybody else: a number, because most rows then take no byte for it.
ALTER TABLE deliveries ADD COLUMN provider INTEGER NOT NULL DEFAULT 0;

CREATE TABLE tallies (
  send_id INTEGER NOT NULL,
  provider INTEGER NOT NULL,
  prepared INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  deferred INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  PRIMARY KEY (send_id, provider)
) STRICT, WITHOUT ROWID;

-- What became of mails in each ten seconds of a send.
CREATE TABLE pace (
  send_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  provider INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  deferred INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  PRIMARY KEY (send_id, at, provider)
) STRICT, WITHOUT ROWID;

-- Who did not get it, page by page. SQLite finds a partial index only by one of the very terms it was made with.
CREATE INDEX deliveries_missed ON deliveries (send_id, state, reader_id)
  WHERE state = 'deferred' OR state = 'refused' OR state = 'unknown' OR state = 'cancelled';
CREATE INDEX deliveries_bounced ON deliveries (send_id, reader_id) WHERE bounced_at IS NOT NULL;
CREATE INDEX feedback_send_reasons ON feedback (send_id, kind, reason) WHERE at > 0;

-- A send to those whom the earlier sends of its issue missed.
ALTER TABLE sends ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sends_issue ON sends (issue_id);

-- Readers of a publication by their standing: listed page by page and counted without reading them. The counts are kept by triggers, because subscriptions
-- are written from many places and by the import's own SQL, and a count that one of them forgot would be wrong for good.
CREATE INDEX subscriptions_state ON subscriptions (publication_id, state, reader_id);
-- Pauses that are over, for whom those are who read again: nothing is written when a pause ends.
CREATE INDEX subscriptions_paused ON subscriptions (publication_id, paused_until) WHERE state = 'paused';
CREATE TABLE standings (
  publication_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  readers INTEGER NOT NULL,
  PRIMARY KEY (publication_id, state)
) STRICT, WITHOUT ROWID;
INSERT INTO standings SELECT publication_id, state, count(*) FROM subscriptions GROUP BY publication_id, state;
CREATE TRIGGER standings_added AFTER INSERT ON subscriptions BEGIN
  INSERT INTO standings VALUES (new.publication_id, new.state, 1) ON CONFLICT DO UPDATE SET readers = readers + 1;
END;
CREATE TRIGGER standings_moved AFTER UPDATE OF state ON subscriptions WHEN old.state <> new.state BEGIN
  UPDATE standings SET readers = readers - 1 WHERE publication_id = old.publication_id AND state = old.state;
  INSERT INTO standings VALUES (new.publication_id, new.state, 1) ON CONFLICT DO UPDATE SET readers = readers + 1;
END;
CREATE TRIGGER standings_removed AFTER DELETE ON subscriptions BEGIN
  UPDATE standings SET readers = readers - 1 WHERE publication_id = old.publication_id AND state = old.state;
END;

-- An import can be taken back as a whole; `undone` counts the events seen so far, so that it goes on where it was cut short.
ALTER TABLE imports ADD COLUMN undo_through INTEGER;
ALTER TABLE imports ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

-- What was done to a send is told on its page.
CREATE INDEX audit_subject ON audit (subject, id);
