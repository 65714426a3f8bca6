/** Text that nobody writes in good faith, by what it tries to be. Each is one line, so that it can stand in any place of an issue. */

/** Text for every place where an editor's words go. It must come out as the words it is. */
export const hostileText = {
  html: [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>',
    '<style>*{background:url(javascript:alert(1))}</style>',
    '</title></style></textarea></noscript><script>alert(1)</script>',
    '<!-- --><![CDATA[ x ]]> <!--[if mso]><b>x</b><![endif]-->',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)"><base href="https://evil.example/">',
    '&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62; &#x3c;b&#x3e;',
  ],
  attribute: [
    '"><script>alert(1)</script>',
    `' onmouseover='alert(1)`,
    '" onfocus=alert(1) autofocus="',
    '` onerror=`alert(1)`',
    '" style="position:fixed;inset:0',
    '/><b x="',
  ],
  mjml: [
    '</mj-text><mj-raw><script>alert(1)</script></mj-raw>',
    '<mj-include path="/etc/passwd" />',
    '</mj-preview></mj-head><mj-body>',
    '"/><mj-image src="https://evil.example/p.png" alt="',
  ],
  typst: [
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.1": *',
    '#panic("x") #eval("1+1") #sys.version $x$ *b* = H',
    '#[ ] @gulls <lamps> \\ // /* ` ``` - + / ~ --',
    '#include "issue.json" #image("/etc/passwd")',
    '"); #read("issue.json"); ("',
  ],
  svg: [
    '</text><image href="file:///etc/passwd"/><text>',
    '</svg><foreignObject><script>alert(1)</script></foreignObject>',
    ']]><svg onload=alert(1)>',
    '"/><use href="https://evil.example/x.svg#a"/>',
    'red;background:url(https://evil.example/x)',
    '}</style><style>*{color:red}',
    'url(#clip) expression(alert(1)) @import "https://evil.example/x.css";',
  ],
  yaml: ['a: b', '{a: &x [*x, *x]}', '!!js/function "alert(1)"', '--- ... # %TAG ! tag:x,2000:', '"\\x41" \'x\' | > - ?', '<<: *default'],
  /** Signs that turn text round, hide it, or take no room. */
  hidden: [
    'abc\u202egnp.exe\u202c',
    '\u2066left\u2069 \u2067right\u2069 \u200f\u200e',
    'a\u200bb\ufeffc\u00add\u2060e',
    'a\u0000b\u0008c\u001bd\u0085e\u009ff',
    'Zalgo\u0300\u0301\u0302\u0303\u0304\u0305',
    'a\ud800b\udc00c',
  ],
  placeholder: [
    '{{constructor.constructor("alert(1)")()}}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the payload
    '${x} <%= x %> [[FNAME]] *|FNAME|* %FIRST_NAME% {% include "x" %}',
    '"]); datum.x; "\\u003cscript\\u003e',
    "$& $1 $` $' $$",
    '\\0 \\n \\u0000 %s %n %00 ../../etc/passwd',
    '__proto__ constructor toString',
  ],
} as const;

/** Every text, with what it tries to be. */
export const everyHostileText: [kind: string, text: string][] = Object.entries(hostileText).flatMap(([kind, texts]) =>
  texts.map((text): [string, string] => [kind, text]),
);

/** Addresses that run code, read files or lead elsewhere than they look, in the disguises that browsers see through. */
export const hostileAddresses = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  '\u0001javascript:alert(1)',
  'java\tscript:alert(1)',
  'java\nscript:alert(1)',
  'java\u0000script:alert(1)',
  'javascript\t:alert(1)',
  'java&#9;script:alert(1)',
  'javascript&colon;alert(1)',
  '&#106;avascript:alert(1)',
  '\u200bjavascript:alert(1)',
  '\u202ejavascript:alert(1)',
  'ｊavascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  'vbscript:msgbox(1)',
  'file:///etc/passwd',
  'blob:https://a.example/x',
  'view-source:javascript:alert(1)',
  '//evil.example/x',
  '\\\\evil.example\\x',
  '/\t/evil.example/x',
  'https:evil.example',
  'https://a.example/" onclick="alert(1)',
  "https://a.example/' onclick='alert(1)",
  'https://a.example/><script>alert(1)</script>',
  'mailto:a@b.example?subject=x" onclick="alert(1)',
  'tel:+1;javascript:alert(1)',
  '#"><script>alert(1)</script>',
] as const;
