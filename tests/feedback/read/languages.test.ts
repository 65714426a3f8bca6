/** What comes back in other languages than English: final, still trying, and answers that nobody typed. */
import { describe, expect, test } from 'vitest';
import { readFeedback } from '../../../src/feedback/read/read.ts';

const mail = (from: string, path: string, subject: string, body: string) =>
  Buffer.from(
    `Return-Path: <${path}>\nFrom: ${from}\nTo: news@example.org\nSubject: ${subject}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${body}\n`,
  );

const bounces: [language: string, subject: string, body: string, cls: string][] = [
  [
    'German',
    'Unzustellbar',
    'Folgende(r) Empfänger konnten nicht erreicht werden:\n\n ana@example.com am 03.11.2026 09:00\n Das E-Mail-Konto ist in der Organisation nicht vorhanden.',
    'hard',
  ],
  [
    'German of Domino',
    'ZUSTELLFEHLER',
    'wurde nicht zugestellt an:\n\n ana@example.com\n\nweil:\n\n Benutzer ana nicht im Domino-Verzeichnis aufgeführt',
    'hard',
  ],
  [
    'French',
    'Non remis',
    "Votre message n'est pas parvenu à certains de ses destinataires.\n\n ana@example.com le 03/11/2026\n Le compte de messagerie n'existe pas. <#5.1.1>",
    'hard',
  ],
  [
    'French, full',
    'Échec de remise',
    "Votre message n'a pas pu être remis :\n\n<ana@example.com>\nCette boîte aux lettres est pleine.",
    'soft',
  ],
  ['Spanish', 'Mensaje devuelto', 'Su mensaje no pudo ser entregado a:\n\n<ana@example.com>: buzón inexistente', 'hard'],
  [
    'Portuguese',
    'Mensagem não entregue',
    'Sua mensagem não pôde ser entregue para:\n\nana@example.com\n\nMotivo: caixa postal inexistente',
    'hard',
  ],
  [
    'Italian',
    'Mancata consegna',
    'Il messaggio non è stato consegnato al destinatario:\n\nana@example.com\n\nCasella di posta inesistente',
    'hard',
  ],
  [
    'Dutch',
    'Niet te bezorgen bericht',
    'Uw bericht kon niet worden afgeleverd bij:\n\nana@example.com\n\nReden: onbekende gebruiker',
    'hard',
  ],
  ['Polish', 'Zwrot', 'Nie można dostarczyć wiadomości do:\n\n<ana@example.com>: 550 5.1.1 Nie ma takiego konta', 'hard'],
  [
    'Russian, full',
    'Недоставленное сообщение',
    'Ваше письмо не может быть доставлено:\n\nana@example.com\nПочтовый ящик переполнен',
    'soft',
  ],
  ['Chinese', '退信', '您发送的邮件被退回\n\n收件人: ana@example.com\n原因: 收件人地址不存在', 'hard'],
  [
    'Japanese, full',
    '配信できませんでした',
    '以下の宛先に配信できませんでした。\n\n<ana@example.com>\nメールボックスがいっぱいです。',
    'soft',
  ],
  ['Korean', '메일이 반송되었습니다', '메일을 전송하지 못했습니다.\n\nana@example.com\n550 5.1.1 존재하지 않는 사용자입니다.', 'hard'],
];

describe('a report that it was not delivered is read in', () => {
  test.each(bounces)('%s', async (_, subject, body, cls) => {
    const { kind, recipients } = await readFeedback(mail('MAILER-DAEMON@example.net', '', subject, body));
    expect([kind, recipients.map((one) => [one.address, one.class])]).toEqual(['bounce', [['ana@example.com', cls]]]);
  });
});

const delays: [language: string, subject: string, body: string][] = [
  ['German', 'Verzögerte Zustellung', 'Die Zustellung Ihrer Nachricht verzögert sich:\n\nana@example.com\n\nEs wird weiterhin versucht.'],
  ['French', 'Remise différée', 'La remise de votre message a été retardée:\n\nana@example.com\n\nLe serveur continuera à essayer.'],
  [
    'Spanish',
    'Entrega retrasada',
    'La entrega a estos destinatarios se ha retrasado:\n\nana@example.com\n\nNo es necesario volver a enviar el mensaje.',
  ],
  ['Japanese', '配信の遅延', 'メッセージの配信が遅延しています。\n\nana@example.com\n\n再送する必要はありません'],
];

describe('a report that trying goes on is a delay in', () => {
  test.each(delays)('%s', async (_, subject, body) => {
    const { kind, recipients } = await readFeedback(mail('postmaster@example.net', '', subject, body));
    expect([kind, recipients.map((one) => [one.address, one.class])]).toEqual(['delay', [['ana@example.com', 'none']]]);
  });
});

describe('an answer that nobody typed is told by its subject alone', () => {
  test.each([
    'Auto: The November issue',
    'Afwezig: The November issue',
    'Fuera de la oficina: The November issue',
    'Resposta Automática: The November issue',
    'Автоматический ответ: The November issue',
    '自动回复：The November issue',
  ])('%s', async (subject) => {
    const { kind } = await readFeedback(mail('Ana <ana@example.com>', 'ana@example.com', subject, 'Diese Adresse existiert nicht mehr.'));
    expect(kind).toBe('auto-reply');
  });
});
