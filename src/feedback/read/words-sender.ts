/** Words of servers about us and our mail: authentication, relaying, policy, standing, pace, content. Each pattern is one way of saying it. */
import { anyOf } from './any-of.ts';

export const authWords = anyOf(
  /\b(?:SPF|DKIM|DMARC|ARC)\b[^.;\n]{0,60}\b(?:fail|not pass|did not|reject|invalid|softfail|check|record|validation|policy|alignment|none|error|not authenticated|required)/i,
  /\b(?:fail\w*|not pass\w*|reject\w*|did not pass|violat\w*|unauthenticated|due to)\b[^.;\n]{0,60}\b(?:SPF|DKIM|DMARC)\b/i,
  /\bunauthenticated (?:e-?mail|mail|message|sender)/i,
  /\bsender (?:is )?unauthenticated/i,
  /\bnot authenticated\b.{0,40}(?:domain|from|sender)/i,
  /\brequired authentication level/i,
  /\bauthentication (?:requirements|checks?) (?:were not|not|failed)/i,
  /\bsender id\b.{0,20}\bfail/i,
  /\bmessage (?:fails|failed) (?:DMARC|authentication)/i,
  /\bsender policy framework/i,
  /\bdomain-?based message auth/i,
  /\bauthentication failure\b.{0,30}(?:domain|from)/i,
  /\bopenspf\b/i,
);

export const relayingWords = anyOf(
  /\brelay(?:ing)?\b[^.;\n]{0,40}\b(?:denied|prohibited|not (?:permitted|allowed|authorized)|disallowed|forbidden|rejected|unauthorized|is not|access denied)/i,
  /\b(?:unable|not (?:permitted|allowed|authorized)|cannot|can't|refus\w+|won'?t|does not) to? ?relay/i,
  /\bno relay(?:ing)?\b/i,
  /\bnot a (?:mail )?(?:relay|gateway)\b/i,
  /\binsecure mail relay\b/i,
  /\brelay(?:ing)? (?:access )?denied\b/i,
  /\bnot (?:one of )?(?:my|our) (?:local|domains?)\b.{0,30}relay/i,
  /\bisn'?t in my list of allowed rcpthosts/i,
  /\bmail server requires authentication\b/i,
  /\bauthentication (?:is )?required\b/i,
  /\bmust (?:first )?authenticate/i,
  /\bPOP before SMTP/i,
  /\bopen relay/i,
  /\bmail for .{1,60} not accepted here/i,
  /\bnot (?:in|on) (?:my|our) (?:list|relay)/i,
);

export const tooLargeWords = anyOf(
  /\b(?:message|mail|size|e-?mail|attachment|body|header)\b[^.;\n]{0,50}\b(?:too (?:large|big|long)|exceeds?\b[^.;\n]{0,40}\b(?:size|limit|maximum|max)|larger than|size limit|size exceed\w*|over (?:the )?(?:size|maximum))/i,
  /\bmaximum (?:message|mail) size\b/i,
  /\b(?:exceeds|exceeded)\b[^.;\n]{0,30}\b(?:message size|size limit|maximum size|max size|fixed maximum)/i,
  /\btoo (?:large|big) (?:message|mail)/i,
  /\bmax(?:imum)? (?:message )?size\b/i,
  /\bsize limit\b/i,
  /слишком больш/i,
);

export const rateOfSender = anyOf(
  /\btoo many\b[^.;\n]{0,30}\b(?:recipients|users|addresses|rcpts?)\b/i,
  /\btoo many (?:connections|messages|mails|e-?mails|recipients|sessions|concurrent|simultaneous|errors|bad commands|SMTP)/i,
  /\b(?:rate|throttl|connection|frequency|quota|sending|daily|hourly|message|mail|relay|SMTP)\w*\b[^.;\n]{0,30}\b(?:limit(?:ed|s|ation)?|quota|throttled)\b[^.;\n]{0,30}\b(?:exceed\w*|reached|hit|restrict\w*|over)?/i,
  /\b(?:rate|frequency) (?:limit|control)/i,
  /\bthrottl/i,
  /\bexceed\w*\b[^.;\n]{0,40}\b(?:rate|limit|quota|maximum number|frequency|allowed number)/i,
  /\bconnection frequency/i,
  /\bunusual(?:ly high)? rate/i,
  /\bfrom your (?:IP|server|host)\b[^.;\n]{0,40}too/i,
  /\bslow down\b/i,
  /\bsent too many\b/i,
  /\bdaily (?:relay )?quota/i,
  /\btoo fast\b/i,
);

export const policyWords = anyOf(
  /\b(?:sender|from|return|mail from|envelope[ -]?(?:from|sender|address)|reverse-?path|originator)\b(?: e-?mail)?(?: address)?\b[^.;\n]{0,50}\b(?:rejected|denied|refused|invalid|not (?:allowed|permitted|exist|found|accepted|verified|valid|authorized|listed|allowed)|does not (?:exist|resolve)|unknown|blocked|verif\w+ failed|is not|unroutable|unrouteable|cannot be verified|must)/i,
  /\b(?:invalid|bad|unverified|unroutable|unrouteable|rejected|unknown|blocked|blacklisted|unresolvable) (?:sender|from|return.?path|mail from)/i,
  /\bdomain of sender\b/i,
  /\bpolicy that prohibit/i,
  /\bsender('s)? domain\b/i,
  /\bno such sender/i,
  /\b(?:you|we) (?:are|do) not (?:allowed|authorized|permitted|accept (?:mail|email|messages) from)/i,
  /\bnot (?:allowed|authorized|permitted) to (?:send|post|submit)/i,
  /\b(?:your|the) (?:domain|address|sender) (?:is|has been|was) (?:not allowed|blocked|rejected|banned|blacklisted)/i,
  /\bonly accepts? (?:mail|messages|e-?mails?) from/i,
  /\brestricted\b[^.;\n]{0,40}\b(?:sender|senders|from|send)/i,
  /\bsenders? (?:are |is )?(?:restricted|prohibited)/i,
  /\bRestrictedSender/i,
  /\bmembers? (?:only|of the group)/i,
  /\bpermission to (?:post|send)/i,
  /\bclosed (?:mailing )?list/i,
  /\bnot (?:a )?(?:subscribed|member)/i,
);

/** Code first, then the sender, then what is wrong with him, with no word of a recipient between. */
export const senderFirst =
  /^\W{0,3}[45]\d\d[ -](?:(?!recipient|rcpt|\buser\b|mailbox|[;\n]).){0,60}\b(?:sender|mail from|return.?path|envelope.from|reverse.?path)\b(?:(?!recipient|rcpt|[;\n]).){0,80}\b(?:unknown|invalid|not exist|not found|rejected|denied|verif\w+|unrout\w+)/i;

/** The sender by his own name, which the judge has replaced, and what is wrong with him. */
export const aboutUs =
  /(?:\bdomain|\bverif\w+ failed for|rejected:)[ <]{1,3}⟨us⟩|⟨us⟩(?:(?!recipient|rcpt|\buser\b|mailbox|error|message)[^@;\n]){0,40}\b(?:unknown|no MX|not exist|not found|not resolve|invalid|no such|unroutable)\b/iu;

export const blockedWords = anyOf(
  /\b(?:RBL|DNSBL|dnswl|spamhaus|spamcop|sorbs|barracuda(?:central)?|cloudmark|senderscore|senderbase|uribl|surbl|abuseat|cbl\b|psbl|mxrate|trustedsource|proofpoint\.com|brightmail|uceprotect|invaluement|rbldns|backscatterer)\b/i,
  /\b(?:blocked|black-?list\w*|block-?list\w*|blocklist|banned|listed (?:in|on|by|at)|denied|refus\w+|rejected)\b[^.;\n]{0,60}\b(?:IP|IPv[46]|client host|your (?:host|server|ip|network|mail ?server|domain)|network|\[?\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|using|reputation|reverse|PTR|rdns|hostname|sender host)/i,
  /\b(?:IP|client|host|server|network|connection|your (?:ip|server|host|network|mail server))\b[^.;\n]{0,60}\b(?:block\w*|black-?list\w*|banned|not (?:allowed|authorized|permitted|welcome)|rejected|refused|denied|bad reputation|poor reputation|reputation)/i,
  /\breputation\b/i,
  /\b(?:reverse|PTR|rDNS|FCrDNS|IPv6 sending guidelines)\b[^.;\n]{0,60}\b(?:DNS|lookup|record|hostname|missing|fail\w*|not|required|regarding|name)/i,
  /\bcannot find your (?:reverse )?hostname/i,
  /\byour\b[^.;\n]{0,20}\bhost ?name\b/i,
  /\baccess denied\b[^.;\n]{0,30}\bhost\b/i,
  /\bwhite-?list/i,
  /\b(?:HELO|EHLO)\b[^.;\n]{0,40}\b(?:invalid|unknown|not|reject\w*|bad)\b/i,
  /\b(?:your|the sending|sender's) (?:MX|domain|host|server|IP|DNS)\b[^.;\n]{0,40}\b(?:not|unknown|invalid|no)\b/i,
  /\bIP address\b[^.;\n]{0,20}\bunknown\b/i,
  /\bhostname\b[^.;\n]{0,30}\b(?:reject|not found|lookup|invalid)/i,
  /\bgeneric\b.{0,20}\b(?:rdns|ptr|reverse)/i,
  /\bHelo command rejected/i,
  /\bdynamic (?:IP|pool|address)/i,
  /\bdial-?up\b/i,
  /\bclient host rejected/i,
  /\bdomain does not resolve/i,
  /\bfix (?:your )?reverse dns/i,
  /\b(?:ESMTP )?not accepting connections\b/i,
  /\baccess denied\b[^.;\n]{0,30}\bIP/i,
  /\[(?:CS01|CS02|HM08)\]/i,
  /\bTSS?\d\d\b/i,
  /\bS31[45]0\b/i,
  /\bbanned sending/i,
  /\bBLOCKED\b/i,
  /\b\(BL\d?\)/i,
  /\bNo SMTP service\b/i,
  /\bBad DNS\b/i,
  /\bpolicy reasons\b.{0,40}IP/i,
  /\bfilter(?:ed)? by IP/i,
  /\bIP (?:address )?(?:is )?(?:blocked|listed)/i,
  /\bspam(?:ming)? (?:source|host|server|issues)/i,
  /\bincident de spam/i,
  /\bip source bloqu/i,
);

export const contentWords = anyOf(
  /\bspam\b(?!cop|haus)/iu,
  /\bunsolicited\b/iu,
  /\bbulk (?:e-?)?mail\b/iu,
  /\bUBE\b/iu,
  /\bUCE\b/iu,
  /\bjunk\b/iu,
  /\bphish/iu,
  /\b(?:message|mail|content|e-?mail|body|subject|attachment|URL|link|header|data)s?\b[^.;\n]{0,40}\b(?:rejected|refused|blocked|denied|filtered|not accepted|identified as|considered|classified|contains|prohibited|not (?:rfc|compliant|permitted|allowed))/iu,
  /\b(?:rejected|refused|blocked|denied|prohibited|objectionable|inappropriate|unacceptable|banned) (?:by|due to|because of|for)? ?(?:the )?(?:message |mail )?(?:content|body|attachment|header|filter|URL)/iu,
  /\bcontent[ -](?:filter|policy|restrict|reject)/iu,
  /\bimproper use of 8-bit/iu,
  /\b(?:RFC ?-?(?:822|2822|5321|5322|2821)|MIME)\b[^.;\n]{0,40}\b(?:violat|compl|invalid|malformed|not)/iu,
  /\b(?:not|non)[ -]?(?:RFC|compliant)/iu,
  /\bmissing (?:from|date|message-id|to|subject)/iu,
  /\b(?:multiple|duplicate|invalid|malformed|bare|several) (?:from|headers?|to|LF|linefeed|message-id|date)/iu,
  /\bbare (?:LF|newline|linefeed)/iu,
  /\b(?:blacklisted|blocked) (?:URL|link|domain in)/iu,
  /\bhigh probability of spam/iu,
  /\bspamicity/iu,
  /\bspam score/iu,
  /спам/iu,
  /垃圾/iu,
  /迷惑メール/iu,
);
