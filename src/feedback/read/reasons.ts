/**
 * What a server's refusal means, as one table: who answers, at which step, its codes and its words → reason and scope. Words come first, because the same
 * code means many things (5.7.1 has thirteen reasons in the mails this was made from, 5.0.0 twenty); codes decide where words say nothing.
 */
import type { FeedbackClass, FeedbackReason, FeedbackScope } from '../../model/feedback.ts';
import type { DialogueStep } from './diagnostic.ts';

export interface ReasonRow {
  reason: FeedbackReason;
  scope: FeedbackScope;
  /** Matched against the names of the hosts that refused and reported, and the domain of the address. */
  provider?: RegExp;
  /** `unsaid`: a server elsewhere answered, and nobody says at which step. */
  step?: DialogueStep | 'unsaid';
  /** Matched against the enhanced code, `5.1.1`. */
  status?: RegExp;
  /** Matched against the reply code, `550`. */
  code?: RegExp;
  text?: RegExp;
  /** Where it is another one than the reason's own. */
  class?: FeedbackClass;
  why: string;
  /** Words of a server that prompted the row. */
  seen: string;
}

const unknownUser =
  /\b(?:no|not) (?:such|a valid|valid|a known) (?:user|recipient|mailbox|address|account|person|mail ?drop|local user|alias|email)|\b(?:user|recipient|mailbox|address|account|addressee|alias|mail ?drop|local.?part|customer|destinatari[oa]|e-?mail)s?\b[^.;\n]{0,60}?\b(?:is )?(?:(?:was |is )?unknown|not (?:found|known|recogni[sz]ed|listed|exist(?:ing|ent)?|here\b|registered|valid\b)|(?:does|do|did|doesn'?t|don'?t) ?(?:not )?exist|doesn't have|(?:is )?(?:not |non|in)(?:valid|existent)|non-?exist(?:ent|ant|ing))|\bunknown\b[^.;\n]{0,20}\b(?:user|recipient|mailbox|address|account|addressee|local.?part|alias|e-?mail|destination|rcpt|login)|\bno mailbox here\b|\bno (?:such )?(?:mailbox|user|recipient|account|person|one)\b[^.;\n]{0,30}\b(?:here|by that name|at this|with that|in directory|found)|\b(?:invalid|non-?existent|bad|undeliverable|unroutable|unrouteable|incorrect) (?:final delivery )?(?:receiver|recipient|user|mailbox|destination|address|email|e-mail|local)|\b(?:name|address|recipient|mailbox|user|account)\b[^.;\n]{0,40}\b(?:not (?:found|recogni[sz]ed|listed|unique|matched|reside|hosted)|couldn'?t be found|cannot be found|could not be found|wasn'?t found)|\bdoes not like recipient\b|\bthis user doesn'?t have\b|\bnot our customer\b|\bno longer (?:valid|exists?|on (?:the )?server)\b|\bnot a valid (?:mailbox|user|recipient)|\buser[ _-]?(?:unknown|not found|not exist)|\bRecipNotFound\b|\bnot (?:listed|found) in (?:the )?(?:Domino|public|name ?(?:&|and)) ?(?:Directory|Address Book)|\bunknown user:|\binvalid user address\b|\bRecipientNotFound\b|\bnot unique\b|\bundeliverable address\b|\bmailbox (?:name )?(?:is )?(?:unavailable|not (?:found|available|exist)|invalid|unknown)|\bno valid recipients?\b|\bthere is no (?:one|such|user|account|mailbox)|\bcan(?:no|')t find (?:any )?(?:user|mailbox|recipient|address)|\bis not (?:a )?(?:known|valid|registered|local|existing) (?:user|mailbox|recipient|address|account)|\binactive or non-?exist|\bbad address\b|\bunknown local\b|\bnot exists?\b|\bdelivery address is not|\b(?:Usu[aá�]rio|Destinat[aá�]rio|Caixa postal|Conta)\b.{0,40}\b(?:inexistente|inv[aá�]lid|n[aã�]o (?:existe|encontrad))|\b(?:usuario|buz[oó�]n|cuenta|destinatario|direcci[oó�]n)\b.{0,40}\b(?:no existe|desconocid|inexistente|no v[aá�]lid|inv[aá�]lid)|\b(?:utilisateur|destinataire|adresse|bo[iî�]te|compte)\b.{0,40}\b(?:inconnue?|invalide|n'existe pas|inexistante?)|\bunbekannt\w*|\b(?:Empf.{1,3}nger|Benutzer|Postfach|Adresse)\b.{0,50}\b(?:existiert nicht|nicht (?:bekannt|gefunden|vorhanden))|\b(?:utente|casella|indirizzo|destinatario)\b.{0,40}\b(?:sconosciut|inesistente|non (?:esiste|trovato|valid))|пользовател[ья].{0,40}(?:не (?:существует|найден|зарегистрирован)|неизвест)|(?:такого|нет такого) (?:пользователя|адреса|почтового ящика)|почтовый ящик.{0,20}не (?:существует|найден)|(?:用户|用戶|收件人|邮箱|郵箱|帐号|账号|地址)不存在|宛先.{0,20}(?:不明|見つかり|存在)|ユーザ.{0,10}(?:不明|存在)/iu;

/** Words before which a mailbox is merely shut, not missing. */
const shutMailbox =
  /\b(?:mailbox|account|user|recipient|address|e-?mail|domain)\b[^.;\n]{0,50}\b(?:disabled|suspended|deactivated|inactive|inactiv\w+|de-?activated|locked|expired|blocked due to|not active|is not active|currently unavailable|temporarily (?:disabled|unavailable|suspended)|has been (?:disabled|suspended|closed|locked|terminated|cancell?ed|deactivated)|is (?:disabled|suspended|closed|locked|frozen))|\b(?:disabled|suspended|deactivated|inactive|closed|frozen|locked|expired|cancell?ed) (?:user|account|mailbox|recipient|address|e-?mail)|\baccount (?:that you tried to reach )?is (?:disabled|inactive|over quota and inactive)|\bdisabled or discontinued\b|\bmailbox is frozen\b|\bdiscontinued\b|\bboite du destinataire (?:archivee|est desactivee)|\bnot accepting (?:mail|messages|email)s?(?: (?:at this time|now|currently))?\b(?![^.;\n]{0,40}\b(?:network|from your|connections|domain))|\b(?:vacation hold|on hold)\b|заблокирован|неактив/iu;

export const reasonTable: readonly ReasonRow[] = [
  // — nobody lives there, or a filter that answers so —
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      text: /<[^<>\s]+@[^<>\s]+>: User unknown/,
      provider: /\b(?:ezweb\.ne\.jp|au\.com|uqmobile)/i,
    },
    ...{ why: 'KDDI names an address that does not exist, at whatever step', seen: '550 <a@ezweb.ne.jp>: User unknown' },
  },
  {
    ...{
      reason: 'filtered',
      scope: 'recipient',
      text: /(?:^|\d{3}:?)\s*: User unknown/,
      provider: /\b(?:ezweb\.ne\.jp|au\.com|uqmobile)/i,
    },
    ...{ why: 'KDDI names nobody when the domain filter of the reader refuses', seen: '550 : User unknown' },
  },
  {
    ...{ reason: 'filtered', scope: 'recipient', text: /\bunknown user\b/i, provider: /docomo\.ne\.jp|\bmfsmax\b/i },
    ...{
      why: 'DoCoMo answers so, after DATA, when the reader takes mail from chosen senders only',
      seen: '550 Unknown user a@docomo.ne.jp',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', text: /\bThis user doesn'?t have an? \S+ account\b/i },
    ...{ why: 'Yahoo looks up after DATA', seen: "554 delivery error: dd This user doesn't have a yahoo.com account" },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', text: /\b(?:OFR|LPN)\d{3}_416\b|Adresse destinataire invalide/i },
    ...{
      why: 'Orange and La Poste number their answers; 416 is an address that does not exist',
      seen: '550 5.5.0 Adresse destinataire invalide. Invalid recipient. LPN007_416',
    },
  },
  {
    ...{ reason: 'filtered', scope: 'recipient', step: 'message', status: /^(?!5\.1\.)|^$/, text: unknownUser },
    ...{
      why: 'RFC 5321 3.3: who is unknown is refused at RCPT; after DATA a filter speaks, or a server behind that nobody can ask',
      seen: '550 : User unknown (in reply to end of DATA command)',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', class: 'soft', text: /\[User unknown\]/ },
    ...{ why: 'gateways of mobile carriers put every refusal under this heading, filters too', seen: 'a@example.co.jp [User unknown]' },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', text: unknownUser, provider: /\bmessagelabs\b/i },
    ...{ why: 'MessageLabs checks addresses by a list of its customer', seen: '550 a@example.org... No such user' },
  },
  {
    ...{
      reason: 'remote-down',
      scope: 'remote',
      text: /\bprocmail:|\bmaildrop:|\bCouldn't create\b|\bunknown mailer error|\b(?:command|program|pipe|filter|script) (?:died|failed|exited|returned|output|crashed)|\blocal delivery agent|\bexit (?:status|code)\b|\bcan't create (?:user )?output file/i,
    },
    ...{ why: 'a program of theirs failed, whatever it says about users', seen: 'procmail: Couldn’t create "/var/spool/mail/a"' },
  },
  // — the domain takes no mail —
  {
    ...{
      reason: 'null-mx',
      scope: 'domain',
      text: /\bnull ?MX\b|does not accept (?:any )?(?:e-?)?mail(?! from)|domain (?:does not|doesn't) accept|\bDNS server returned answer with no data\b|MX (?:record )?(?:of |points to )?(?:'?"?\.'?"?|root)(?:\s|$)/i,
    },
    ...{ why: 'RFC 7505: the domain says that it never takes mail', seen: 'Domain example.jp does not accept mail (nullMX)' },
  },
  {
    reason: 'null-mx',
    scope: 'domain',
    code: /^5(?:21|56)$/,
    text: /does not accept|not accept(?:ing)? mail/i,
    why: 'RFC 7504 and 7505',
    seen: '556 Host does not accept mail',
  },
  {
    ...{
      reason: 'rate',
      scope: 'sender',
      text: /\b(?:sender|sending|you|relay)\b[^.;\n]{0,40}\bexceed\w*\b[^.;\n]{0,30}\b(?:quota|limit)|\bquota for sending|\b(?:sending|relay) (?:quota|limit)/i,
    },
    ...{
      why: 'our allowance, not the mailbox of the reader',
      seen: 'Gmail has detected this sender exceeded the quota for sending messages that have the same Message-ID',
    },
  },
  // — full —
  {
    ...{ reason: 'mailbox-full', scope: 'recipient' },
    text: /\b(?:over|exceed\w*|out of|above|full|insufficient|not enough|reached|beyond|limit)\b[^.;\n]{0,50}\b(?:quota|(?:storage|disk|mailbox|mail ?box) (?:space|limit|size|allocation|full)|mailbox|storage|inbox)|\bquota\b[^.;\n]{0,40}\b(?:exceed|full|reached|over|usage|violation|is used up|exhaust)|\b(?:mailbox|mail ?box|inbox|mail ?folder|account|storage|mail ?drop|user'?s? disk|user's mailbox|recipient's mailbox|mail ?directory)\b[^.;\n]{0,40}\b(?:is |was |are )?(?:too )?(?:full|over (?:its |the )?(?:quota|limit|size)|over ?quota|exceed\w*|has exceeded|limit|too large|too big)|\bover ?quota\b|\boverdrawn\b[^.;\n]{0,30}\bquota|\bdisk ?space quota|\bmailfolder is full|\bmaildir (?:over|delivery failed: (?:.{0,20}quota|disk quota))|\bquota_?exceeded|\binsufficient (?:disk|storage|mailbox|system storage)? ?space\b.{0,40}(?:mailbox|user|recipient)|\bno (?:more )?(?:storage|disk|mailbox)? ?space (?:left )?(?:in|for|on) (?:the )?(?:mailbox|user|account|recipient)|\btoo (?:much|many) (?:mail|messages) (?:in|data)|\bmailbox size limit|\bbox full\b|\bmailbox full\b|\bquota full\b|casilla.{0,30}(?:agotad|llen)|buz[oó�]n.{0,30}lleno|espacio en.{0,20}agotado|caixa.{0,30}(?:cheia|lotad)|excede?u? a? ?(?:quota|cota|limite)|bo[iî�]te.{0,40}pleine|casella.{0,30}piena|postfach.{0,30}(?:voll|.berf.llt)|переполнен|квот|邮箱.{0,10}满|容量|一杯/iu,
    ...{ why: 'the reader may make room', seen: '552 5.2.2 Over quota; Gmail: out of storage space' },
  },
  // — moved —
  {
    ...{ reason: 'moved', scope: 'recipient' },
    text: /\b(?:has|have) moved\b|\bno longer (?:on server|accessible at|works? (?:here|for|at))|\bhas been replaced by\b|\buser (?:has )?moved\b|\bplease (?:try|forward|use) (?:the )?(?:new|following) (?:address|e-?mail)|\buser not local; please try|\bnew address is\b|\baddress (?:has )?changed\b|\brecipient no longer on server\b/i,
    ...{
      why: 'RFC 5321 3.4: the address is no longer the one to use',
      seen: '551 5.1.6 <a@example.net>... User has moved; please try <b@example.net>',
    },
  },
  // — we, or our servers, are not what they want to see —
  {
    ...{ reason: 'auth', scope: 'auth' },
    text: /\b(?:SPF|DKIM|DMARC|ARC)\b[^.;\n]{0,60}\b(?:fail|not pass|did not|reject|invalid|softfail|check|record|validation|policy|alignment|none|error|not authenticated|required)|\b(?:fail\w*|not pass\w*|reject\w*|did not pass|violat\w*|unauthenticated|due to)\b[^.;\n]{0,60}\b(?:SPF|DKIM|DMARC)\b|\bunauthenticated (?:e-?mail|mail|message|sender)|\bsender (?:is )?unauthenticated|\bnot authenticated\b.{0,40}(?:domain|from|sender)|\brequired authentication level|\bauthentication (?:requirements|checks?) (?:were not|not|failed)|\bsender id\b.{0,20}\bfail|\bmessage (?:fails|failed) (?:DMARC|authentication)|\bsender policy framework|\bdomain-?based message auth|\bauthentication failure\b.{0,30}(?:domain|from)|\bopenspf\b/i,
    ...{
      why: 'about the authentication of our domain, the same for every reader',
      seen: '550-5.7.26 Unauthenticated email from example.net is not accepted due to domain’s DMARC policy',
    },
  },
  {
    reason: 'auth',
    scope: 'auth',
    status: /^[45]\.7\.(?:2[0-4679]|3[0-2]|40|509|515)$/,
    why: 'RFC 7372, and Gmail 4.7.27 to 4.7.32, Microsoft 5.7.509 and 5.7.515',
    seen: '550 5.7.515 Access denied, sending domain doesn’t meet the required authentication level',
  },
  {
    ...{ reason: 'relaying', scope: 'relay' },
    text: /\brelay(?:ing)?\b[^.;\n]{0,40}\b(?:denied|prohibited|not (?:permitted|allowed|authorized)|disallowed|forbidden|rejected|unauthorized|is not|access denied)|\b(?:unable|not (?:permitted|allowed|authorized)|cannot|can't|refus\w+|won'?t|does not) to? ?relay|\bno relay(?:ing)?\b|\bnot a (?:mail )?(?:relay|gateway)\b|\binsecure mail relay\b|\brelay(?:ing)? (?:access )?denied\b|\bnot (?:one of )?(?:my|our) (?:local|domains?)\b.{0,30}relay|\bisn'?t in my list of allowed rcpthosts|\bmail server requires authentication\b|\bauthentication (?:is )?required\b|\bmust (?:first )?authenticate|\bPOP before SMTP|\bopen relay|\bmail for .{1,60} not accepted here|\bnot (?:in|on) (?:my|our) (?:list|relay)/i,
    ...{
      why: 'the server that refused does not answer for this domain, or does not know us',
      seen: '554 5.7.1 <a@example.net>: Relay access denied',
    },
  },
  {
    ...{ reason: 'greylisted', scope: 'remote' },
    text: /\bgr[ea]y-?list/i,
    ...{ why: 'RFC 6647: come again later', seen: '450 4.7.1 Greylisted, please try again' },
  },
  {
    ...{ reason: 'loop', scope: 'remote' },
    text: /\b(?:mail|routing|forwarding|message|possible|delivery)?[ -]?loop(?:s|ing)?\b(?!back)[^.;\n]{0,30}(?:detected|back to|found|error)?|\btoo many (?:hops|received)|\bhop ?count (?:exceeded|limit)|\bhop limit\b|\bloops back to (?:me|myself)|\bmaximum hop/i,
    ...{ why: 'two servers that send the mail to each other', seen: '554 5.4.6 Too many hops' },
  },
  {
    ...{ reason: 'virus', scope: 'message' },
    text: /\bvirus\b(?! ?scan\w* (?:by|clean))|\bmalware\b|\binfected\b|\btrojan\b|\bdangerous (?:content|attachment)|\bworm\b|вирус/i,
    ...{ why: 'about what is in the mail', seen: '554 5.7.0 Message contains a virus' },
  },
  {
    ...{
      reason: 'expired',
      scope: 'remote',
      text: /\bqueued? (?:for )?too long|\btoo long in (?:the )?queue|\bretry time(?:out)? (?:not reached|exceeded)|\bretry timeout\b/i,
    },
    ...{ why: 'tried for days without an answer', seen: 'qmail: this message has been in the queue too long' },
  },
  {
    ...{ reason: 'too-large', scope: 'message' },
    text: /\b(?:message|mail|size|e-?mail|attachment|body|header)\b[^.;\n]{0,50}\b(?:too (?:large|big|long)|exceeds?\b[^.;\n]{0,40}\b(?:size|limit|maximum|max)|larger than|size limit|size exceed\w*|over (?:the )?(?:size|maximum))|\bmaximum (?:message|mail) size\b|\b(?:exceeds|exceeded)\b[^.;\n]{0,30}\b(?:message size|size limit|maximum size|max size|fixed maximum)|\btoo (?:large|big) (?:message|mail)|\bmax(?:imum)? (?:message )?size\b|\bsize limit\b|слишком больш/i,
    ...{ why: 'about the mail, the same for all', seen: '552 5.3.4 Message size exceeds fixed limit' },
  },
  {
    ...{ reason: 'rate', scope: 'recipient' },
    text: /\b(?:receiving|receives?)\b[^.;\n]{0,40}\b(?:too (?:quickly|fast|many)|at a rate)|\brecipient\b[^.;\n]{0,50}\b(?:rate|hourly|limit)\b[^.;\n]{0,20}\bexceed/i,
    ...{
      why: 'the reader gets much mail just now; Gmail uses the code of disabled mailboxes for it',
      seen: '450 4.2.1 The user you are trying to contact is receiving email too quickly',
    },
  },
  {
    ...{ reason: 'rate', scope: 'sender' },
    text: /\btoo many (?:connections|messages|mails|e-?mails|recipients|sessions|concurrent|simultaneous|errors|bad commands|SMTP)|\b(?:rate|throttl|connection|frequency|quota|sending|daily|hourly|message|mail|relay|SMTP)\w*\b[^.;\n]{0,30}\b(?:limit(?:ed|s|ation)?|quota|throttled)\b[^.;\n]{0,30}\b(?:exceed\w*|reached|hit|restrict\w*|over)?|\b(?:rate|frequency) (?:limit|control)|\bthrottl|\bexceed\w*\b[^.;\n]{0,40}\b(?:rate|limit|quota|maximum number|frequency|allowed number)|\bconnection frequency|\bunusual(?:ly high)? rate|\bfrom your (?:IP|server|host)\b[^.;\n]{0,40}too|\bslow down\b|\bsent too many\b|\bdaily (?:relay )?quota|\btoo fast\b/i,
    ...{ why: 'about how much we send', seen: '421 4.7.0 Too many connections from your host' },
  },
  // — mailbox shut —
  {
    ...{ reason: 'mailbox-disabled', scope: 'recipient', text: shutMailbox },
    ...{ why: 'the mailbox is there, and shut', seen: '550 5.2.1 The email account that you tried to reach is disabled' },
  },
  // — sender —
  {
    ...{ reason: 'policy', scope: 'sender' },
    text: /\b(?:sender|from|return|mail from|envelope|reverse-?path|originator)\b(?: e-?mail)?(?: address)?\b[^.;\n]{0,50}\b(?:rejected|denied|refused|invalid|not (?:allowed|permitted|exist|found|accepted|verified|valid|authorized|listed|allowed)|does not (?:exist|resolve)|unknown|blocked|verif\w+ failed|is not|unroutable|unrouteable|cannot be verified|must)|\b(?:invalid|bad|unverified|unroutable|unrouteable|rejected|unknown|blocked|blacklisted|unresolvable) (?:sender|from|return.?path|mail from)|\bdomain of sender\b|\bsender('s)? domain\b|\bno such sender|\b(?:you|we) (?:are|do) not (?:allowed|authorized|permitted|accept (?:mail|email|messages) from)|\bnot (?:allowed|authorized|permitted) to (?:send|post|submit)|\b(?:your|the) (?:domain|address|sender) (?:is|has been|was) (?:not allowed|blocked|rejected|banned|blacklisted)|\bonly accepts? (?:mail|messages|e-?mails?) from|\brestricted\b[^.;\n]{0,40}\b(?:sender|senders|from|send)|\bsenders? (?:are |is )?(?:restricted|prohibited)|\bRestrictedSender|\bmembers? (?:only|of the group)|\bpermission to (?:post|send)|\bclosed (?:mailing )?list|\bnot (?:a )?(?:subscribed|member)/i,
    ...{ why: 'about our address or domain', seen: '550 5.1.8 Sender address rejected: Domain not found' },
  },
  {
    ...{ reason: 'blocked', scope: 'sender' },
    text: /\b(?:RBL|DNSBL|dnswl|spamhaus|spamcop|sorbs|barracuda(?:central)?|cloudmark|senderscore|senderbase|uribl|surbl|abuseat|cbl\b|psbl|mxrate|trustedsource|proofpoint\.com|brightmail|uceprotect|invaluement|rbldns|backscatterer)\b|\b(?:blocked|black-?list\w*|block-?list\w*|blocklist|banned|listed (?:in|on|by|at)|denied|refus\w+|rejected)\b[^.;\n]{0,60}\b(?:IP|IPv[46]|client host|your (?:host|server|ip|network|mail ?server|domain)|network|\[?\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|using|reputation|reverse|PTR|rdns|hostname|sender host)|\b(?:IP|client|host|server|network|connection|your (?:ip|server|host|network|mail server))\b[^.;\n]{0,60}\b(?:block\w*|black-?list\w*|banned|not (?:allowed|authorized|permitted|welcome)|rejected|refused|denied|bad reputation|poor reputation|reputation)|\breputation\b|\b(?:reverse|PTR|rDNS|FCrDNS|IPv6 sending guidelines)\b[^.;\n]{0,60}\b(?:DNS|lookup|record|hostname|missing|fail\w*|not|required|regarding|name)|\bcannot find your (?:reverse )?hostname|\bhostname\b[^.;\n]{0,30}\b(?:reject|not found|lookup|invalid)|\bgeneric\b.{0,20}\b(?:rdns|ptr|reverse)|\bHelo command rejected|\bdynamic (?:IP|pool|address)|\bdial-?up\b|\bclient host rejected|\bdomain does not resolve|\bfix (?:your )?reverse dns|\b(?:ESMTP )?not accepting connections\b|\baccess denied\b[^.;\n]{0,30}\bIP|\[(?:CS01|CS02|HM08)\]|\bTSS?\d\d\b|\bS31[45]0\b|\bbanned sending|\bBLOCKED\b|\b\(BL\d?\)|\bNo SMTP service\b|\bBad DNS\b|\bpolicy reasons\b.{0,40}IP|\bfilter(?:ed)? by IP|\bIP (?:address )?(?:is )?(?:blocked|listed)|\bspam(?:ming)? (?:source|host|server|issues)|\bincident de spam|\bip source bloqu/i,
    ...{
      why: 'about our servers and their standing',
      seen: '550 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org',
    },
  },
  {
    ...{ reason: 'content', scope: 'message' },
    text: /\bspam\b(?!cop|haus)|\bunsolicited\b|\bbulk (?:e-?)?mail\b|\bUBE\b|\bUCE\b|\bjunk\b|\bphish|\b(?:message|mail|content|e-?mail|body|subject|attachment|URL|link|header|data)s?\b[^.;\n]{0,40}\b(?:rejected|refused|blocked|denied|filtered|not accepted|identified as|considered|classified|contains|prohibited|not (?:rfc|compliant|permitted|allowed))|\b(?:rejected|refused|blocked|denied|prohibited|objectionable|inappropriate|unacceptable|banned) (?:by|due to|because of|for)? ?(?:the )?(?:message |mail )?(?:content|body|attachment|header|filter|URL)|\bcontent[ -](?:filter|policy|restrict|reject)|\bimproper use of 8-bit|\b(?:RFC ?-?(?:822|2822|5321|5322|2821)|MIME)\b[^.;\n]{0,40}\b(?:violat|compl|invalid|malformed|not)|\b(?:not|non)[ -]?(?:RFC|compliant)|\bmissing (?:from|date|message-id|to|subject)|\b(?:multiple|duplicate|invalid|malformed|bare|several) (?:from|headers?|to|LF|linefeed|message-id|date)|\bbare (?:LF|newline|linefeed)|\b(?:blacklisted|blocked) (?:URL|link|domain in)|\bhigh probability of spam|\bspamicity|\bspam score|спам|垃圾|迷惑メール/iu,
    ...{ why: 'about what is in the mail', seen: '554 5.7.1 The message was rejected because it was identified as spam' },
  },
  // — the domain is not there —
  {
    ...{ reason: 'domain-unknown', scope: 'domain' },
    text: /\b(?:host|domain|server|mail ?host|hostname|destination|recipient'?s? domain|MX|name server|system|site)\b[^.;\n]{0,50}\b(?:unknown|not (?:found|exist|known|resolved?)|does not exist|doesn't exist|non-?exist\w*|invalid|no such|could ?n[o']t be (?:found|resolved)|cannot be (?:found|resolved))|\b(?:unknown|no such|non-?existent|invalid|bad|illegal|unresolvable) (?:host|domain|mail ?server|hostname|destination (?:host|domain|system)|system|internet (?:host|domain)|name)|\bdomain (?:name )?not found|\b(?:couldn't|could not|cannot|can't|unable to) (?:find|resolve|look ?up)\b[^.;\n]{0,40}\b(?:host|domain|MX|any host|server|name)|\bNXDOMAIN\b|\bDNS (?:lookup|error|server|query|domain)\b[^.;\n]{0,60}\b(?:does not exist|not found|name error|non-?exist|nxdomain|no such)|\bdomain \S+ (?:was )?not found|\bbecause the domain is not reachable|\bno (?:MX|mail ?host|mail exchanger|route to)\b[^.;\n]{0,30}\b(?:record|found|for|domain)?|\bunrouteable (?:mail )?domain|\bunroutable (?:mail )?domain|\ball relevant MX records point to non-existent|\ban MX or SRV record indicated no SMTP service|\bno mail (?:servers?|exchangers?)|\bname service error\b|\bhost or domain name not found|\bname or service not known|\bno DNS (?:entry|record)|\blookup (?:failed|failure)|\bunknown (?:remote )?(?:host|domain)\b|\bdomain (?:has|had) no\b|\bnot listed in (?:DNS|Public)|домен.{0,20}не (?:существует|найден)/iu,
    ...{
      why: 'nobody can deliver there; only DNS can say that it stays so',
      seen: '550 Host unknown (Name server: example.invalid: host not found)',
    },
  },
  // — the address is not there —
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      status: /^[45]\.4\.1$/,
      text: /Recipient address rejected: Access denied/i,
    },
    ...{
      why: 'Exchange Online (directory based edge blocking) says so of addresses it does not know',
      seen: '550 5.4.1 Recipient address rejected: Access denied. [x.protection.outlook.com]',
    },
  },
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      step: 'recipient',
      text: /Recipient address rejected: (?:Access denied|Undeliverable)/i,
    },
    ...{
      why: 'Postfix check_recipient_access without words of its own: this address is shut out by name',
      seen: '554 5.7.1 <a@example.net>: Recipient address rejected: Access denied',
    },
  },
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      text: /\bin (?:local|virtual|relay)\b.{0,20}\b(?:recipient|mailbox|alias) table|action not taken: mailbox unavailable|\bmail\.local: unknown user|\bunknown user: "/i,
    },
    ...{
      why: 'Postfix and Hotmail have these words for RCPT only; local mailers know their users',
      seen: 'User unknown in local recipient table; 550 Requested action not taken: mailbox unavailable',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', code: /^542$/, text: /\brejected\b/i },
    ...{ why: 'MessageLabs checks addresses by a list of its customer', seen: '542 a@example.com Rejected' },
  },
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      class: 'soft',
      step: 'unsaid',
      code: /^5/,
      status: /^(?!5\.1\.)|^$/,
      text: unknownUser,
    },
    ...{
      why: 'words without the code for it, at a step that nobody names: filters answer so after DATA, and one false farewell costs more than a further try',
      seen: '550 5.2.1 <a@example.jp>... User Unknown',
    },
  },
  {
    reason: 'user-unknown',
    scope: 'recipient',
    text: unknownUser,
    why: 'RFC 3463 x.1.1 in words',
    seen: '550 <a@example.org>: Recipient address rejected: User unknown in local recipient table',
  },
  // — what codes say by themselves —
  {
    reason: 'user-unknown',
    scope: 'recipient',
    status: /^[45]\.1\.(?:0|1|3|4|10|351)$/,
    why: 'RFC 3463: bad, unknown or ambiguous destination mailbox; Exchange 5.1.10 and 5.1.351',
    seen: '550 5.1.1',
  },
  {
    reason: 'domain-unknown',
    scope: 'domain',
    status: /^[45]\.1\.2$|^5\.4\.[46]$/,
    why: 'RFC 3463: bad destination system; unable to route',
    seen: '5.1.2',
  },
  { reason: 'moved', scope: 'recipient', status: /^[45]\.1\.6$/, why: 'RFC 3463', seen: '5.1.6' },
  { reason: 'policy', scope: 'sender', status: /^[45]\.1\.[789]$/, why: 'RFC 3463: the address of the sender', seen: '553 5.1.8' },
  { reason: 'mailbox-disabled', scope: 'recipient', status: /^[45]\.(?:2\.1|7\.1[37])$/, why: 'RFC 3463, RFC 7505', seen: '525 5.7.13' },
  { reason: 'mailbox-full', scope: 'recipient', status: /^[45]\.2\.2$/, why: 'RFC 3463', seen: '552 5.2.2' },
  { reason: 'too-large', scope: 'message', status: /^[45]\.(?:2\.3|3\.4)$/, why: 'RFC 3463', seen: '552 5.3.4' },
  { reason: 'filtered', scope: 'recipient', status: /^[45]\.2\.\d+$/, why: 'RFC 3463: mailbox status, no more said', seen: '550 5.2.0' },
  { reason: 'loop', scope: 'remote', status: /^[45]\.4\.6$/, why: 'RFC 3463', seen: '554 5.4.6' },
  { reason: 'expired', scope: 'remote', status: /^[45]\.4\.7$/, why: 'RFC 3463: delivery time expired', seen: '4.4.7' },
  {
    ...{ reason: 'network', scope: 'remote' },
    text: /\bconnection (?:refused|timed out|reset|closed|lost|dropped|failed|aborted)|\bnetwork (?:is )?unreachable|\bno route to host|\bhost (?:is )?(?:unreachable|down)|\b(?:couldn't|could not|unable to|cannot) (?:establish|connect|open)|\bTLS\b|\bSTARTTLS\b|\blost connection|\boperation timed out|\bunable to reach|\bbroken pipe|\bnot responding\b|\bdoes not respond|\bnot reachable\b|\btimed? ?out\b/i,
    ...{ why: 'nobody answered', seen: 'connect to mx.example.net[192.0.2.1]: Connection timed out' },
  },
  {
    ...{ reason: 'expired', scope: 'remote' },
    text: /\b(?:retry|queue|delivery|lifetime|retention)\b[^.;\n]{0,20}\b(?:time(?:out)?|period|timed out|limit|expired)\b[^.;\n]{0,20}\b(?:exceeded|expired|out|reached|elapsed|too long)?|\btoo long in (?:the )?queue|\bin the queue too long|\bgiving up\b|\bcould not be delivered (?:for|within|in) (?:more than |over |the last )?\d|\bfor (?:more than )?\d+ (?:days?|hours?)\b|\bmessage (?:has )?expired\b/i,
    ...{ why: 'tried for days without an answer', seen: 'retry timeout exceeded' },
  },
  {
    ...{ reason: 'remote-down', scope: 'remote' },
    text: /\bservice (?:is )?(?:not available|unavailable|temporarily)|\btemporar\w+ (?:fail\w*|unavailable|error|problem|local)|\btry (?:again|later)|\bsystem (?:error|full|not accepting|resources|storage)|\bout of memory|\blocal (?:configuration )?error|\b(?:internal|configuration|server|processing|software) error|\binsufficient (?:system|disk|storage)|\bunavailable\b|\bresources?\b/i,
    ...{ why: 'a fault on their side', seen: '451 4.3.0 Temporary local problem' },
  },
  { reason: 'remote-down', scope: 'remote', status: /^[45]\.3\.\d+$/, why: 'RFC 3463: mail system status', seen: '4.3.2' },
  { reason: 'network', scope: 'remote', status: /^[45]\.4\.\d+$/, why: 'RFC 3463: network and routing', seen: '4.4.1' },
  { reason: 'protocol', scope: 'message', status: /^[45]\.5\.\d+$/, why: 'RFC 3463: protocol', seen: '5.5.0' },
  { reason: 'content', scope: 'message', status: /^[45]\.6\.\d+$/, why: 'RFC 3463: message content', seen: '5.6.1' },
  {
    reason: 'policy',
    scope: 'sender',
    status: /^[45]\.7\.\d+$/,
    why: 'RFC 3463: security or policy; ours until a person has looked',
    seen: '5.7.1',
  },
  { reason: 'moved', scope: 'recipient', code: /^551$/, why: 'RFC 5321 3.4', seen: '551' },
  { reason: 'mailbox-full', scope: 'recipient', code: /^552$/, why: 'RFC 5321 4.2.3: exceeded storage allocation', seen: '552' },
  { reason: 'protocol', scope: 'message', code: /^50[0-5]$|^555$/, why: 'RFC 5321 4.2.4', seen: '501' },
  { reason: 'remote-down', scope: 'remote', code: /^4/, why: 'RFC 5321 4.2.1: a transient failure', seen: '451' },
  {
    reason: 'policy',
    scope: 'unknown',
    text: /\b(?:denied|rejected|refused|prohibited|not (?:allowed|permitted|accepted))\b/i,
    why: 'refused, without a reason',
    seen: '550 Rejected',
  },
  { reason: 'unknown', scope: 'unknown', why: 'nothing that anybody could act on', seen: '554 Transaction failed' },
];
