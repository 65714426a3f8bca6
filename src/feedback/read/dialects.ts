/** How mail servers begin their reports, as a table: the words before the list of who was not reached. Only words decide; a server's name may be hidden. */

export interface Dialect {
  name: string;
  /** Matched against what the report says, runs of white space as one space. */
  mark: RegExp;
  /** The server goes on trying. */
  delay?: true;
  why: string;
}

/** Trying goes on: looked at before the others, because servers use the same frame for both. */
export const delays: readonly Dialect[] = [
  {
    name: 'sendmail',
    mark: /this is a warning message only/i,
    delay: true,
    why: 'Sendmail: "THIS IS A WARNING MESSAGE ONLY, YOU DO NOT NEED TO RESEND YOUR MESSAGE"',
  },
  { name: 'sendmail', mark: /you do not need to re-?send/i, delay: true, why: 'the second half of it, in many others' },
  {
    name: 'exim',
    mark: /has not (?:yet )?been delivered to one or more of its recipients/i,
    delay: true,
    why: 'Exim: "The message has not yet been delivered …"; "No action is required on your part. Delivery attempts will continue"',
  },
  { name: 'exim', mark: /delivery attempts will continue|no action is required on your part/i, delay: true, why: 'Exim' },
  {
    name: 'any',
    mark: /\b(?:will|shall) (?:be retried|keep (?:on )?trying|continue to (?:try|attempt)|try (?:again|for)|retry|be attempted)\b|\bcontinue (?:trying|to be (?:re)?tried|attempting)|\bstill (?:trying|being|in (?:the )?queue|queued)\b|\bwill be sent again\b|\bretries will continue/i,
    delay: true,
    why: 'Gmail: "Message will be retried for 2 more day(s)"; MDaemon, PMDF',
  },
  {
    name: 'any',
    mark: /\bhas (?:been |not yet been )?delayed\b|\bdelivery (?:is |was )?delayed\b|\bnot (?:yet )?been delivered\b.{0,60}\b(?:after|for)\b.{0,30}\b(?:hours?|days?)\b(?!.{0,200}(?:given up|gave up|giving up|removed|no further))|\bcould not be (?:immediately|promptly) delivered\b/i,
    delay: true,
    why: 'Gmail: "Delivery to the following recipient has been delayed"',
  },
  {
    name: 'any',
    mark: /\b(?:temporar\w+|transient) (?:non-fatal|delivery) (?:errors?|delay)\b(?!.{0,2000}(?:given up|giving up|could not be delivered for|cannot be delivered))/i,
    delay: true,
    why: 'Sendmail: "The following addresses had transient non-fatal errors"',
  },
  {
    name: 'russian',
    mark: /попытки доставки.{0,40}(?:продолж|будут)|доставка.{0,20}(?:задерж|отложен)/iu,
    delay: true,
    why: 'Exim and mail.ru in Russian',
  },
  {
    name: 'german',
    mark: /(?:wird|werden) weiter(?:hin)? versucht|zustellung verz.{1,3}gert|verz.{1,3}gert sich/i,
    delay: true,
    why: 'Exim and others in German',
  },
  {
    name: 'french',
    mark: /(?:remise|livraison|envoi|distribution).{0,80}(?:retard|diff.{1,2}r)|continuera.{1,6}(?:essayer|tenter)|pas (?:besoin|n.{1,2}cessaire) de (?:le )?renvoyer/iu,
    delay: true,
    why: 'Exchange in French: "La remise de votre message … a été retardée"',
  },
  {
    name: 'spanish',
    mark: /entrega.{0,80}(?:retras|demor)|seguir.{1,2} intentando|no es necesario (?:volver a enviar|reenviar|que vuelva)/iu,
    delay: true,
    why: 'Exchange in Spanish: "La entrega a estos destinatarios se ha retrasado"',
  },
  {
    name: 'portuguese',
    mark: /entrega.{0,80}(?:atras|adiad)|continuar.{1,2} (?:a )?tenta|n.{1,2}o (?:é|.{1,3}) ?necess.{1,2}rio (?:re)?enviar/iu,
    delay: true,
    why: 'Exchange in Portuguese: "A entrega … está atrasada"',
  },
  {
    name: 'italian',
    mark: /(?:recapito|consegna).{0,80}(?:ritard|posticip)|continuer.{1,2} a (?:ten|prov)/iu,
    delay: true,
    why: 'Exchange in Italian: "Il recapito … è in ritardo"',
  },
  {
    name: 'japanese and chinese',
    mark: /(?:配信|配送|送信).{0,20}遅(?:延|れ)|再送(?:信)?する必要はありません|(?:投递|送达|传递|发送|傳遞).{0,20}(?:延迟|延遲)|(?:继续|繼續)(?:尝试|嘗試|重试)/u,
    delay: true,
    why: 'Exchange in Japanese and Chinese',
  },
  {
    name: 'dutch and polish',
    mark: /bezorging.{0,60}vertraagd|dostarcz.{0,60}op.{1,2}.{1,2}ni/iu,
    delay: true,
    why: 'Exchange in Dutch and Polish',
  },
];

/** It was not delivered, and nobody tries any more. */
export const failures: readonly Dialect[] = [
  {
    name: 'any',
    mark: /(?:<<<|>>>|\bsaid:?|\brespon\w+:?|\breturned:?|\breplied:?|\berror:?)\s*[45]\d\d\b|\b5\d\d[ -]#?5\.\d{1,3}\.\d{1,3}\b/i,
    why: 'a reply of a server, quoted',
  },
  {
    name: 'qmail',
    mark: /this is the qmail-send program|i'?m afraid i wasn'?t able to deliver your message|i'?ve given up\. sorry it didn'?t work out|this is the machine generated message from mail service/i,
    why: 'qmail and what was made of it',
  },
  {
    name: 'exim',
    mark: /a message (?:that you sent|sent by|from <?\S+) .{0,80}could not be delivered|could not be delivered to (?:one or more of its|all of its|the following) recipients|this is a permanent error\. the following address|this message was created automatically by (?:mail|the) ?(?:delivery|system)?/i,
    why: 'Exim',
  },
  {
    name: 'postfix',
    mark: /i'?m sorry to have to inform you|this is the (?:mail system|postfix program) at host|your message could not be delivered to one or more/i,
    why: 'Postfix',
  },
  {
    name: 'sendmail',
    mark: /the following address(?:es)? had|transcript of (?:the )?session follows|had (?:permanent )?(?:fatal|delivery) (?:errors|problems)|the original message was received at/i,
    why: 'Sendmail, McAfee, X1, X.400 gateways',
  },
  {
    name: 'exchange',
    mark: /did(?: not|n'?t) reach (?:some or all of the intended|the following|its) recipient|delivery has failed to (?:these|this|the following) recipient|(?:couldn'?t|could not|was ?n[o']t|can'?t) be delivered(?: to)?|generating server:|undeliverable to the following|organi[sz]ation rejected your message/i,
    why: 'Exchange 2003 to M365',
  },
  {
    name: 'smtpsvc',
    mark: /delivery to (?:the )?following recipients? (?:failed|was aborted|has been|could)|delivery to the following recipients? (?:failed|was)|could not be delivered to the following user|automatically generated delivery status notification/i,
    why: 'Microsoft SMTPSVC, KDDI',
  },
  {
    name: 'gmail',
    mark: /delivery to the following recipients? (?:has )?failed|technical details of (?:permanent|temporary) failure|address not found|message not delivered|message (?:was )?(?:blocked|not delivered)|recipient inbox full|there was a problem delivering your message|your message wasn'?t delivered|delivery incomplete/i,
    why: 'Gmail, old and new',
  },
  {
    name: 'yahoo',
    mark: /unable to deliver (?:your |the )?(?:message|mail)|message from\s+\S+\s+unable to deliver/i,
    why: 'Yahoo, Outblaze, mail2world',
  },
  {
    name: 'ses',
    mark: /an error occurred while trying to deliver the mail|the following message to <.{1,320}> was undeliverable|"bouncedrecipients"/i,
    why: 'Amazon SES',
  },
  {
    name: 'domino',
    mark: /was not delivered to|were not delivered to|could not be delivered because|not delivered to:/i,
    why: 'Domino and Notes',
  },
  {
    name: 'groupwise',
    mark: /the message that you sent was undeliverable|undeliverable (?:mail|message|to)|the (?:attached )?message (?:could not|was not|cannot) be/i,
    why: 'GroupWise, PMDF',
  },
  {
    name: 'courier',
    mark: /undeliverable mail|your message to the following recipients? cannot be delivered|cannot be delivered to/i,
    why: 'Courier',
  },
  {
    name: 'mdaemon',
    mark: /had (?:one or more )?(?:permanent )?fatal (?:delivery )?errors|failed address(?:es)?:|did not receive a copy of your message|session transcript/i,
    why: 'MDaemon',
  },
  {
    name: 'imail',
    mark: /^\s*(?:unknown user|invalid final delivery userid|unknown host|user mailbox exceeds allowed size|undeliverable to|delivery failed \d+ attempts?):/i,
    why: 'IMail SMTP32',
  },
  {
    name: 'smail',
    mark: /failed addresses follow|delivery of mail to the following|list of failed recipients|the following recipients? (?:did not receive|could not|cannot|were not|was not|failed|is not|are not)|recipients? (?:was|were|is) (?:rejected|not)/i,
    why: 'Smail 3, KDDI, Caiwireless',
  },
  {
    name: 'netscape',
    mark: /this message was undeliverable|message was undeliverable|undeliverable due to the following|your mail message was not delivered|your (?:mail|message|e-?mail).{0,120}(?:could not|cannot|can'?t|wasn'?t|was not|not) (?:be )?(?:delivered|sent)|could not deliver|couldn'?t deliver|cannot deliver|failed to deliver|delivery (?:failed|failure|error)|not able to (?:be )?deliver|unable to be delivered|permanent(?:ly)? (?:fail|error)/i,
    why: 'Netscape and Sun Messaging Server, AOL, Compuserve and many a small server',
  },
  {
    name: 'amavis',
    mark: /nondelivery report was generated|message was not relayed|was considered unsolicited bulk|(?:message|mail) (?:was|has been) (?:automatically )?(?:rejected|blocked|refused|bounced|returned)|\bwas automatically rejected|your message has encountered delivery problems|message delivery to|could not be sent|following errors?(?: occurred)?\b.{0,40}:|error message below|invalid user address|we had trouble delivering/i,
    why: 'amavisd, Trend Micro, MailMarshal, Surfcontrol, Cloudflare',
  },
  {
    name: 'fml',
    mark: /\bnot member article from\b|\bfml status report\b|\bduplicated message-id\b|\bfailed to post\b/i,
    why: 'fml, a list manager: whoever is no member may not write to the list',
  },
  {
    name: 'spanish',
    mark: /no (?:se )?(?:ha )?(?:podido|pudo|puede) (?:ser )?(?:entregar|entregado|enviar)|no fue entregado|no ha sido entregado|ha sido rechazad|no se pud?o? ?(?:puede )?entregar|error (?:de|en la) entrega/i,
    why: 'Spanish',
  },
  { name: 'portuguese', mark: /n.{1,3}o (?:p.{1,3}de|foi|pode) (?:ser )?(?:entreg|possível|enviad)|falha na entrega/i, why: 'Portuguese' },
  {
    name: 'french',
    mark: /n['’](?:a|est|ont|ait) (?:pas )?(?:pu|été|parvenu).{0,40}(?:remis|distribu|livr|d.{1,3}livr|achemin|destinataire)|n['’](?:est|ont) pas (?:re.{1,3}u|parvenu)|pas pu être|.{1,2}chec de la (?:remise|livraison|distribution)/i,
    why: 'French',
  },
  {
    name: 'german',
    mark: /(?:konnte|kann|wurde|k.{1,3}nnen) .{0,120}nicht (?:zugestellt|.{0,10}ausgeliefert|.bermittelt|erreicht)|unzustellbar|fehler bei der .bermittlung|ist beim senden|nicht zustellbar/i,
    why: 'German',
  },
  { name: 'italian', mark: /non (?:.{1,2} stato possibile|.{1,2} stata? (?:consegnat|recapitat)|può essere)/i, why: 'Italian' },
  {
    name: 'russian',
    mark: /(?:не может быть|не было|не удалось|невозможно).{0,40}достав|письмо создано автоматически|не доставлен/iu,
    why: 'mail.ru, Rambler, Exim in Russian',
  },
  {
    name: 'chinese',
    mark: /退信|(?:投递|投遞|发送|送达|傳送)(?:失败|失敗|不成功)|被退回|无法(?:投递|送达|发送)|未能(?:投递|送达|发送)|傳送失敗|無法/u,
    why: '163, QQ, Sina, Exchange in Chinese',
  },
  {
    name: 'japanese',
    mark: /(?:送信|配信|配達|お届け|届け).{0,30}(?:できません|できず|失敗|不能)|宛先.{0,20}(?:不明|見つかり)/u,
    why: 'Japanese servers',
  },
  { name: 'polish', mark: /nie (?:mo.na|zosta.a?|mog.a?).{0,40}dor.cz|nie powiod/i, why: 'Polish' },
  { name: 'dutch', mark: /niet (?:worden )?(?:afgeleverd|bezorgd)|kon niet/i, why: 'Dutch' },
];

/** Subjects of reports. Not enough alone: people answer and forward them. */
export const failureSubject =
  /\b(?:undeliver\w+|undelivered|non-?deliver\w*|returned (?:mail|message|to sender|e-?mail)|mail returned|failure notice|failed mail|mail (?:delivery|system|failure)|e-?mail error report|delivery (?:status|failure|failed|report|error|problem|has failed|notif\w+|incomplete|unsuccessful|was)|delivery\b.{0,30}\bfail|message (?:undeliver\w+|delivery|status|could not|not delivered|you sent blocked)|could not (?:be )?(?:deliver|send)|couldn'?t be delivered|not delivered|wasn'?t delivered|nondeliverable|bounce[ds]?\b|ndn:|ndr\b|warning: (?:message|could not)|rejected:|unable to deliver|email (?:rejected|could not)|unzustellbar|undelivrable|user unknown|unknown user|unknown address|non remis|.chec de (?:la )?(?:remise|livraison|distribution)|remise diff.r.e|non recapitabile|mancat[oa] (?:recapito|consegna)|ritardo nella consegna|no se puede entregar|no entregado|entrega (?:retrasada|atrasada|fallida)|n.o .{0,3}poss.vel entregar|n.o entregue|falha na entrega|zustellung\w*|zustellfehler|verz.gerte zustellung|onbestelbaar|niet te bezorgen|kunde inte levereras|teslim edilemedi|nedoru.iteln\w*|invalid (?:address|recipient)|address (?:unknown|error)|mail (?:error|could|bounced)|error (?:mail|sending)|problem delivering)|не ?доставлен|возврат|退信|系统退信|配信|エラーメール|送信できません|配信不能|投递失败|投遞失敗|发送失败|未送达|未能送达|無法傳遞|반송|^(?:mail )?(?:failure|error)\b/iu;

/** Who writes reports: the local part or the display name. */
export const reporterName =
  /\b(?:mailer[-_. ]?daemon|mail[-_. ]?daemon|post[-_. ]?master|mail ?deliver\w*|delivery ?(?:system|subsystem|status|notif\w*|agent)|mdaemon|system ?admin\w*|mail ?(?:system|administrator|admin|router|service)|mail-?robot|bounces?|mmdf|pmdf|internet ?mail|microsoft ?exchange|mailsystem|mailadmin|mailgate|smtp-?service|non-?delivery|mail-?relay)\b|<>/i;
