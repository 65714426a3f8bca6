-- What a delivery goes out as, fixed when the audience is frozen: a resend is the same bytes whatever its reader chose since. NULL is full, as most rows are.
ALTER TABLE deliveries ADD COLUMN format TEXT;

-- A send has a message for each format.
CREATE TABLE templates_by_format (
  send_id INTEGER NOT NULL,
  format TEXT NOT NULL,
  hash TEXT NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (send_id, format)
) STRICT;
INSERT INTO templates_by_format SELECT send_id, 'full', hash, json FROM templates;
DROP TABLE templates;
ALTER TABLE templates_by_format RENAME TO templates;
