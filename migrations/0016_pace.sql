-- A row that must wait for the pace of its provider is ready, and due at an instant: a claim finds those that are due, and steps over the others.
DROP INDEX deliveries_ready;
CREATE INDEX deliveries_ready ON deliveries (send_id, reader_id) WHERE state = 'ready' AND due_at IS NULL;
CREATE INDEX deliveries_held ON deliveries (send_id, due_at) WHERE state = 'ready' AND due_at IS NOT NULL;
