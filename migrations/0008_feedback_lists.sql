-- The console lists and counts what came back by domain, reason and effect without reading all the rest. "at > 0" is true of every event: only the lists
-- say it, so that the queries that judge a bounce keep to their own, smaller indexes.
CREATE INDEX feedback_domain_list ON feedback (domains, at) WHERE at > 0;
CREATE INDEX feedback_reason_list ON feedback (reason, at) WHERE at > 0;
CREATE INDEX feedback_effect_list ON feedback (effect, at) WHERE at > 0;
CREATE INDEX feedback_reason_counts ON feedback (reason, kind, at) WHERE at > 0;
