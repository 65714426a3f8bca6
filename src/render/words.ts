/** The few words that Galley itself prints in a drawing, per language. Everything else is the editor's. */

export interface Words {
  /** Heading of the contents. */
  contents: string;
  readOnWeb: string;
  /** Leads from the page to the light one, and back. */
  light: string;
  withPictures: string;
  /** Leads from a folded item of the mail to the whole of it. */
  readOn: string;
  /** Said of the PDF where the editor placed no download block. */
  download: string;
  /** Said on the web in place of the PDF's size, where only readers get it. */
  forReaders: string;
  source: string;
  note: string;
  /** Heading over a `papers` list. */
  papers: string;
  /** Heading over an item's `sources`. */
  sources: string;
  figure: string;
  dataTable: string;
  skip: string;
  unsubscribe: string;
  preferences: string;
  /** Why this mail came, given the publication's name. */
  because: (publication: string) => string;
  pdf: string;
  /** Length of the PDF, given its pages. */
  pages: (count: number) => string;
  /** What the PDF is, for those who think of loading it: kind, pages, size. */
  facts: (pdf: { pages: number; bytes: number }) => string;
  /** A whole number in the digits that the language is printed in. */
  number: (value: number) => string;
  /** What CSS calls counting in these digits. */
  counter: 'decimal' | 'persian';
  /** What joins the parts of a reference. */
  comma: string;
}

/** A language's own spelling of numbers and sizes. */
interface Figures {
  pdf: string;
  comma: string;
  /** Units of a thousand and of a million bytes. */
  units: [string, string];
  pages: (count: string, one: boolean) => string;
  /** BCP 47 with the digits that the language is printed in. */
  digits: `${string}-u-nu-latn` | `${string}-u-nu-arabext`;
}

/** Words made of numbers. */
function withNumbers({
  pdf,
  comma,
  units,
  pages,
  digits,
}: Figures): Pick<Words, 'pdf' | 'comma' | 'pages' | 'facts' | 'number' | 'counter'> {
  const number = (value: number, fraction = 0) =>
    value.toLocaleString(digits, { useGrouping: false, minimumFractionDigits: fraction, maximumFractionDigits: fraction });
  const size = (bytes: number) =>
    bytes < 1_000_000 ? `${number(Math.max(1, Math.round(bytes / 1000)))} ${units[0]}` : `${number(bytes / 1_000_000, 1)} ${units[1]}`;
  const length = (count: number) => pages(number(count), count === 1);
  return {
    pdf,
    comma,
    pages: length,
    facts: ({ pages: count, bytes }) => [pdf, length(count), size(bytes)].join(comma),
    number: (value) => number(value),
    counter: digits.endsWith('arabext') ? 'persian' : 'decimal',
  };
}

const en: Words = {
  contents: 'In this issue',
  readOnWeb: 'Read on the web',
  light: 'Light page, without pictures',
  withPictures: 'Full page, with pictures',
  readOn: 'Read on',
  download: 'Download the full issue',
  forReaders: 'The full issue as PDF is for readers: the link is in their mail.',
  source: 'Source',
  note: 'Note',
  papers: 'Papers discussed',
  sources: 'Sources',
  figure: 'Figure',
  dataTable: 'Data table',
  skip: 'Skip to content',
  unsubscribe: 'Unsubscribe',
  because: (publication) => `You receive this because you subscribed to ${publication}.`,
  preferences: 'Preferences',
  ...withNumbers({
    pdf: 'PDF',
    comma: ', ',
    units: ['KB', 'MB'],
    pages: (count, one) => (one ? `${count} page` : `${count} pages`),
    digits: 'en-u-nu-latn',
  }),
};

// The three tables below were written without a native reader and are unreviewed.
const ur: Words = {
  contents: 'اس شمارے میں',
  readOnWeb: 'ویب پر پڑھیں',
  light: 'ہلکا صفحہ، بغیر تصویروں کے',
  withPictures: 'مکمل صفحہ، تصویروں کے ساتھ',
  readOn: 'آگے پڑھیں',
  download: 'مکمل شمارہ ڈاؤن لوڈ کریں',
  forReaders: 'مکمل شمارہ (PDF) صرف ارکان کے لیے ہے: اس کا لنک ان کی ای میل میں ہوتا ہے۔',
  source: 'ماخذ',
  note: 'نوٹ',
  papers: 'زیرِ بحث مقالے',
  sources: 'مآخذ',
  figure: 'شکل',
  dataTable: 'اعداد کا جدول',
  skip: 'متن پر جائیں',
  unsubscribe: 'رکنیت ختم کریں',
  because: (publication) => `یہ خط آپ کو اس لیے ملا کہ آپ ${publication} کے رکن ہیں۔`,
  preferences: 'ترجیحات',
  // Urdu is printed with the digits of Latin script, Pashto and Dari with their own.
  ...withNumbers({
    pdf: 'پی ڈی ایف',
    comma: '،\u200f ',
    units: ['کے بی', 'ایم بی'],
    pages: (count, one) => (one ? `${count} صفحہ` : `${count} صفحات`),
    digits: 'ur-u-nu-latn',
  }),
};

const ps: Words = {
  contents: 'په دې ګڼه کې',
  readOnWeb: 'په وېب کې یې ولولئ',
  light: 'سپک مخ، بې انځورونو',
  withPictures: 'بشپړ مخ، له انځورونو سره',
  readOn: 'نور ولولئ',
  download: 'بشپړه ګڼه ښکته کړئ',
  forReaders: 'بشپړه ګڼه (PDF) یوازې د ګډونوالو لپاره ده: لینک یې د هغوی په برېښنالیک کې دی.',
  source: 'سرچینه',
  note: 'یادونه',
  papers: 'څېړل شوې لیکنې',
  sources: 'سرچینې',
  figure: 'انځور',
  dataTable: 'د شمېرو جدول',
  skip: 'متن ته ورشئ',
  unsubscribe: 'ګډون پای ته ورسوئ',
  because: (publication) => `دا لیک درته ځکه راغی چې د ${publication} ګډونوال یاست.`,
  preferences: 'غوراوي',
  ...withNumbers({
    pdf: 'پي ډي اېف',
    comma: '،\u200f ',
    units: ['کېلوباېټه', 'مېګاباېټه'],
    pages: (count, one) => (one ? `${count} مخ` : `${count} مخونه`),
    digits: 'ps-u-nu-arabext',
  }),
};

const fa: Words = {
  contents: 'در این شماره',
  readOnWeb: 'خواندن در وب',
  light: 'صفحهٔ سبک، بدون تصویر',
  withPictures: 'صفحهٔ کامل، با تصویر',
  readOn: 'ادامه را بخوانید',
  download: 'دریافت شمارهٔ کامل',
  forReaders: 'شمارهٔ کامل (PDF) ویژهٔ مشترکان است: پیوند آن در نامهٔ آنان است.',
  source: 'منبع',
  note: 'یادداشت',
  papers: 'مقاله‌های بررسی‌شده',
  sources: 'منابع',
  figure: 'شکل',
  dataTable: 'جدول داده‌ها',
  skip: 'رفتن به متن',
  unsubscribe: 'لغو اشتراک',
  because: (publication) => `این نامه را دریافت می‌کنید چون مشترک ${publication} هستید.`,
  preferences: 'تنظیمات',
  ...withNumbers({
    pdf: 'پی‌دی‌اف',
    comma: '،\u200f ',
    units: ['کیلوبایت', 'مگابایت'],
    pages: (count) => `${count} صفحه`,
    digits: 'fa-u-nu-arabext',
  }),
};

const tables: Record<string, Words> = { en, ur, ps, fa, prs: fa };

/** The words for a language tag (BCP 47); English where there is no table. */
export function wordsFor(language: string): Words {
  return tables[language.toLowerCase().split('-')[0] ?? ''] ?? en;
}
