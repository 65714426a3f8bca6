/** The screens of the desk photographed for `npm run pictures`: at the width of a desk and of a phone, light and dark. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { changeLook } from './support/browser.ts';
import { openScreens, showScreen, undrawnOf } from './web/screens.ts';

/** Photographs every screen whose name begins with `begins` into `folder`; says how many there were, and names what the desk declares and nothing draws. */
export async function photographDesk(browser: Browser, folder: string, begins = ''): Promise<{ screens: number; undrawn: string[] }> {
  await using screens = await openScreens();
  const asked = screens.list.filter(({ name }) => name.startsWith(begins));
  for (const [device, width] of [
    ['desktop', 1440],
    ['phone', 390],
  ] as const) {
    const context = await browser.newContext();
    const page = await context.newPage();
    for (const screen of asked) {
      await changeLook(page, { width, scheme: 'light' });
      await showScreen(page, screen);
      await wakeFrames(page);
      for (const scheme of ['light', 'dark'] as const) {
        await changeLook(page, { width, scheme });
        if (page.frames().length > 1) await sleep(200); // frames are other processes, and say nothing when they have taken the colours up
        await page.screenshot({ path: join(folder, `desk-${screen.name}-${device}-${scheme}.png`), fullPage: true });
      }
    }
    await context.close();
  }
  return { screens: asked.length, undrawn: undrawnOf(screens) };
}

/** Frames below the fold are drawn when somebody scrolls there, which a picture does not. */
async function wakeFrames(page: Page): Promise<void> {
  const asleep = await page.evaluate(
    "[...document.querySelectorAll('iframe[loading=lazy]')].map((frame) => { frame.loading = 'eager'; }).length",
  );
  if (asleep !== 0) await page.waitForLoadState('networkidle');
}
