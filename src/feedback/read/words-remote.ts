/** Words of servers about themselves and the way to them. Each pattern is one way of saying it. */
import { anyOf } from './any-of.ts';

export const programWords = anyOf(
  /\bprocmail:/i,
  /\bmaildrop:/i,
  /\bCouldn't create\b/i,
  /\bunknown mailer error/i,
  /\b(?:command|program|pipe|filter|script) (?:died|failed|exited|returned|output|crashed)/i,
  /\blocal delivery agent/i,
  /\bexit (?:status|code)\b/i,
  /\bcan't create (?:user )?output file/i,
);

export const loopWords = anyOf(
  /\b(?:mail|routing|forwarding|message|possible|delivery)?[ -]?loop(?:s|ing)?\b(?!back)[^.;\n]{0,30}(?:detected|back to|found|error)?/i,
  /\btoo many (?:hops|received)/i,
  /\bhop ?count (?:exceeded|limit)/i,
  /\bhop limit\b/i,
  /\bloops back to (?:me|myself)/i,
  /\bmaximum hop/i,
);

/** DNS that did not answer: nobody knows yet whether the name is there. */
export const unansweredWords = anyOf(
  /\bhost not found,? try again\b/i,
  /\btry again\b[^.;\n]{0,30}\bhost not found\b/i,
  /\b(?:lookup|look-?up|name resolution|resol\w+|DNS|name server|nameserver)\b[^.;\n]{0,60}\b(?:tempor\w+|timed out|time-?out|SERVFAIL|try again)\b/i,
  /\btemporar\w+\b[^.;\n]{0,30}\b(?:lookup|resol\w+|DNS|name server)\b/i,
  /\bSERVFAIL\b/i,
);

export const networkWords = anyOf(
  /\bconnection (?:refused|timed out|reset|closed|lost|dropped|failed|aborted)/i,
  /\bnetwork (?:is )?unreachable/i,
  /\bno route to host/i,
  /\bhost (?:is )?(?:unreachable|down)/i,
  /\b(?:couldn't|could not|unable to|cannot) (?:establish|connect|open)/i,
  /\bTLS\b/i,
  /\bSTARTTLS\b/i,
  /\blost connection/i,
  /\boperation timed out/i,
  /\bunable to reach/i,
  /\bbroken pipe/i,
  /\bnot responding\b/i,
  /\bdoes not respond/i,
  /\bnot reachable\b/i,
  /\btimed? ?out\b/i,
  /\b(?:lookup (?:failed|failure)|name service error|no route to host)\b/i,
);

export const expiredWords = anyOf(
  /\b(?:retry|queue|delivery|lifetime|retention)\b[^.;\n]{0,20}\b(?:time(?:out)?|period|timed out|limit|expired)\b[^.;\n]{0,20}\b(?:exceeded|expired|out|reached|elapsed|too long)?/i,
  /\btoo long in (?:the )?queue/i,
  /\bin the queue too long/i,
  /\bgiving up\b/i,
  /\bcould not be delivered (?:for|within|in) (?:more than |over |the last )?\d/i,
  /\bfor (?:more than )?\d+ (?:days?|hours?)\b/i,
  /\bmessage (?:has )?expired\b/i,
);

export const temporaryWords = anyOf(
  /\bservice (?:is )?(?:not available|unavailable|temporarily)/i,
  /\btemporar\w+ (?:fail\w*|unavailable|error|problem|local)/i,
  /\btry (?:again|later)/i,
  /\bsystem (?:error|full|not accepting|resources|storage)/i,
  /\bout of memory/i,
  /\blocal (?:configuration )?error/i,
  /\b(?:internal|configuration|server|processing|software) error/i,
  /\binsufficient (?:system|disk|storage)/i,
  /\bunavailable\b/i,
  /\bresources?\b/i,
);
