/** The part of the mail's style that stays in its head: colours of links, space in lists, the narrow screen, dark mode.
 *  Margins and sizes stand at the elements themselves, because some mail programs drop the head. */

import { type Html, raw } from '../html.ts';
import type { Brand } from '../model/brand.ts';

const dark = (scope: string, accent: string, ink: string) =>
  [
    `${scope}.bg *{color:${ink}!important}`,
    `${scope}.bg a *,${scope}.bg .a *,${scope}.bg .n *,${scope}.pg .u *{color:inherit!important}`, // emphasis and foreign runs in what has a colour of its own
    `${scope}.bg a,${scope}.bg .a{color:${accent}!important}`,
    `${scope}.pg .u,${scope}.bg .u a{color:#a6b6bc!important}`,
    `${scope}.bg .n{color:#e9c46a!important}`,
    `${scope}.bg .m{border-color:${accent}!important}`,
    `${scope}.bg .ink{border-color:${ink}!important}`,
    `${scope}.bg .btn td,${scope}.bg .btn a{background:${accent}!important;color:#12191d!important}`,
    `${scope}.lg{background:#fff!important}`, // most logos are drawn for white
  ].join('');

/** Dark mode twice: for programs that honour the media query, and for Outlook's apps, which rewrite it to `data-ogsc`.
 *  mj-body puts its class on <body> while its first <div> also has a background, hence `.pg>div`. */
export function mailStyle({ accent, ink }: Brand): Html {
  return raw(`a{color:${accent.light}}li{margin:0 0 7px}.u,.u a{color:#4b5d65}.n{color:#8a4b08}.mast{line-height:24px}
@media (max-width:480px){.px{padding-left:18px!important;padding-right:18px!important}.s{font-size:13px!important}}
@media (prefers-color-scheme:dark){.pg,.pg>div{background:#12191d!important}.bg,.bg>table{background:#182126!important}${dark('', accent.dark, ink.dark)}}
${dark('[data-ogsc] ', accent.dark, ink.dark)}`);
}
