import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The installed Chromium; undefined if there is none. */
export const CHROMIUM = PATHS.find((path) => existsSync(path));

/** Opens Chromium with a fresh profile. It resolves `host` to this machine, and no other name. */
export async function openBrowser(host: string): Promise<BrowserContext> {
  if (CHROMIUM === undefined) throw new Error(`Chromium is not installed at ${PATHS.join(' or ')}.`);
  const profile = mkdtempSync(join(tmpdir(), 'trainyard-browser-'));
  const resolver = `--host-resolver-rules=MAP ${host} 127.0.0.1, MAP * ~NOTFOUND`;
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: [...FLAGS, resolver],
  });
  browser.once('close', () => rmSync(profile, { recursive: true, force: true }));
  return browser;
}
