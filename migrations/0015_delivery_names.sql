-- What a delivery's reader was called when the audience was frozen, where the message says so: a resend is the same bytes whatever the reader changed since.
ALTER TABLE deliveries ADD COLUMN name TEXT;
