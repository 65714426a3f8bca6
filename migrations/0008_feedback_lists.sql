-- The console lists what came back by domain, reason and effect, the newest first: each without reading all the rest.
CREATE INDEX feedback_domain_list ON feedback (domains, at);
CREATE INDEX feedback_reason_list ON feedback (reason, at);
CREATE INDEX feedback_effect_list ON feedback (effect, at);
