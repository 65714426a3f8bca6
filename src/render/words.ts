/** The few words that Galley itself prints in a drawing, per language. Everything else is the editor's. */

export interface Words {
  /** Heading of the contents. */
  contents: string;
  readOnWeb: string;
  /** Leads from a folded item of the mail to the whole of it. */
  readOn: string;
  /** Said of the PDF where the editor placed no download block. */
  download: string;
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
  /** Why this mail came, given the publication's name. */
  because: (publication: string) => string;
  /** Length of the PDF, given its pages. */
  pages: (count: number) => string;
  /** What joins the parts of a reference. */
  comma: string;
}

const en: Words = {
  contents: 'In this issue',
  readOnWeb: 'Read on the web',
  readOn: 'Read on',
  download: 'Download the full issue',
  source: 'Source',
  note: 'Note',
  papers: 'Papers discussed',
  sources: 'Sources',
  figure: 'Figure',
  dataTable: 'Data table',
  skip: 'Skip to content',
  unsubscribe: 'Unsubscribe',
  because: (publication) => `You receive this because you subscribed to ${publication}.`,
  pages: (count) => (count === 1 ? '1 page' : `${count} pages`),
  comma: ', ',
};

// The three tables below were written without a native reader and are unreviewed.
const ur: Words = {
  contents: 'اس شمارے میں',
  readOnWeb: 'ویب پر پڑھیں',
  readOn: 'آگے پڑھیں',
  download: 'مکمل شمارہ ڈاؤن لوڈ کریں',
  source: 'ماخذ',
  note: 'نوٹ',
  papers: 'زیرِ بحث مقالے',
  sources: 'مآخذ',
  figure: 'شکل',
  dataTable: 'اعداد کا جدول',
  skip: 'متن پر جائیں',
  unsubscribe: 'رکنیت ختم کریں',
  because: (publication) => `یہ خط آپ کو اس لیے ملا کہ آپ ${publication} کے رکن ہیں۔`,
  pages: (count) => `${count} صفحات`,
  comma: '،\u200f ',
};

const ps: Words = {
  contents: 'په دې ګڼه کې',
  readOnWeb: 'په وېب کې یې ولولئ',
  readOn: 'نور ولولئ',
  download: 'بشپړه ګڼه ښکته کړئ',
  source: 'سرچینه',
  note: 'یادونه',
  papers: 'څېړل شوې لیکنې',
  sources: 'سرچینې',
  figure: 'انځور',
  dataTable: 'د شمېرو جدول',
  skip: 'متن ته ورشئ',
  unsubscribe: 'ګډون پای ته ورسوئ',
  because: (publication) => `دا لیک درته ځکه راغی چې د ${publication} ګډونوال یاست.`,
  pages: (count) => `${count} مخونه`,
  comma: '،\u200f ',
};

const fa: Words = {
  contents: 'در این شماره',
  readOnWeb: 'خواندن در وب',
  readOn: 'ادامه را بخوانید',
  download: 'دریافت شمارهٔ کامل',
  source: 'منبع',
  note: 'یادداشت',
  papers: 'مقاله‌های بررسی‌شده',
  sources: 'منابع',
  figure: 'شکل',
  dataTable: 'جدول داده‌ها',
  skip: 'رفتن به متن',
  unsubscribe: 'لغو اشتراک',
  because: (publication) => `این نامه را دریافت می‌کنید چون مشترک ${publication} هستید.`,
  pages: (count) => `${count} صفحه`,
  comma: '،\u200f ',
};

const tables: Record<string, Words> = { en, ur, ps, fa, prs: fa };

/** The words for a language tag (BCP 47); English where there is no table. */
export function wordsFor(language: string): Words {
  return tables[language.toLowerCase().split('-')[0] ?? ''] ?? en;
}
